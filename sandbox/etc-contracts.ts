import { createHash } from 'node:crypto';
import { randomText } from './answer.ts';
import { answerOne, byId, type ContractRoute, may, need, wordOf } from './contract-route.ts';
import type { Contract, ContractKind, JsonObject, Notice } from './types.ts';

/** Assumed: a plate number that the merchant has not told is typed by the user, in the mini-program. */
const TYPED_PLATE = '粤B12345';

/**
 * What both queries of ETC answer, https://pay.weixin.qq.com/doc/v3/partner/4012715667. Assumed: the submitted openid
 * is the one under sp_appid.
 */
const describeEtc = (contract: Contract): JsonObject => {
  const { mchid, body } = contract.presign;
  const { sp_appid, openid, sub_appid, sub_mchid, plate_number = TYPED_PLATE } = body;
  return {
    appid: sp_appid,
    sp_mchid: mchid,
    sp_openid: openid,
    sub_appid,
    sub_mchid,
    sub_openid: sub_appid === undefined ? undefined : openidUnder(sub_appid, openid),
    contract_id: contract.id,
    bind_state: wordOf(contract),
    plate_number,
  };
};

/** The same user has another openid under another appid, and always the same one. */
const openidUnder = (appid: unknown, openid: unknown): string =>
  `o${createHash('sha256')
    .update(JSON.stringify([appid, openid]))
    .digest('base64url')
    .slice(0, 27)}`;

/**
 * https://pay.weixin.qq.com/doc/v3/partner/4012158358: the page names pause and end; that the sign is told of the same
 * way is in the guide, https://pay.weixin.qq.com/doc/v3/partner/4012158321. Its sample has an empty `original_type`.
 * Assumed: the `summary`, no `associated_data`, and that to resume is told of too.
 */
const etcNotice = (contract: Contract): Notice => {
  const { sub_appid: _, ...resource } = describeEtc(contract);
  return {
    eventType: 'VEHICLE.USER_STATE_CHANGE',
    originalType: '',
    summary: 'ETC签约状态变更',
    resource,
  };
};

export const ETC: ContractKind = {
  newId: () => randomText(31),
  words: { signed: 'OPENED', paused: 'PAUSE', ended: 'DELETED' },
  notice: etcNotice,
};

/** Assumed: a parameter that is empty says as little as one that is not there. */
const fits = (wanted: string | undefined, value: unknown): boolean => !wanted || wanted === value;

/** https://pay.weixin.qq.com/doc/v3/partner/4012715667 */
const etcById: ContractRoute = {
  method: 'GET',
  path: '/v3/vehicle/etc/contracts/{contract_id}',
  parameters: { path: byId, query: { sub_mchid: may(32) } },
  answer({ mchid, values, contracts }) {
    const found = contracts
      .of(mchid, ETC)
      .find(
        ({ id, presign }) =>
          id === values['contract_id'] && fits(values['sub_mchid'], presign.body['sub_mchid']),
      );
    return answerOne(found, describeEtc);
  },
};

/**
 * https://pay.weixin.qq.com/doc/v3/partner/4012715623: one object. Assumed: of several contracts the one signed last,
 * whatever has become of it.
 */
const etcByUser: ContractRoute = {
  method: 'GET',
  path: '/v3/vehicle/etc/users/{openid}/contracts',
  parameters: {
    path: { openid: need(32) },
    query: { plan_id: need(32), plate_number: need(32), sub_mchid: may(32) },
  },
  answer({ mchid, values, contracts }) {
    const found = contracts.of(mchid, ETC).find((contract) => {
      const { openid, plan_id } = contract.presign.body;
      const { plate_number, sub_mchid } = describeEtc(contract);
      const isTheirs = openid === values['openid'] && plan_id === values['plan_id'];
      return isTheirs && plate_number === values['plate_number'] && fits(values['sub_mchid'], sub_mchid);
    });
    return answerOne(found, describeEtc);
  },
};

export const ETC_ROUTES: readonly ContractRoute[] = [etcById, etcByUser];
