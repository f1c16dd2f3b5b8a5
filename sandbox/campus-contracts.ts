import { answerJson, randomText } from './answer.ts';
import { type Asked, answerOne, byId, type ContractRoute, need, notFound, wordOf } from './contract-route.ts';
import type { Member } from './rules.ts';
import { beijingTime } from './time.ts';
import type { Contract, ContractKind, JsonObject, Notice } from './types.ts';

/** What the queries of campus answer, https://pay.weixin.qq.com/doc/v3/partner/4012468959. */
const describeCampus = (contract: Contract): JsonObject => {
  const { mchid, body } = contract.presign;
  return {
    contract_id: contract.id,
    mchid,
    appid: body['appid'],
    openid: body['openid'],
    plan_id: body['plan_id'],
    contract_status: wordOf(contract),
    create_time: beijingTime(contract.signedAt),
    out_contract_code: body['out_contract_code'],
  };
};

/**
 * https://pay.weixin.qq.com/doc/v3/partner/4012160692, which has a schedule of its own. Its sample has an empty
 * `associated_data` and no `summary`; the type is that of the other PAYSCORE notifications.
 */
const campusNotice = (contract: Contract): Notice => ({
  eventType: contract.state === 'ended' ? 'PAYSCORE.USER_CLOSE_SERVICE' : 'PAYSCORE.USER_OPEN_SERVICE',
  originalType: 'payscore',
  associatedData: '',
  resource: describeCampus(contract),
  retries: [1, ...Array<number>(10).fill(60), ...Array<number>(10).fill(300)],
});

/** https://pay.weixin.qq.com/doc/v3/partner/4012468952: a token can be signed for two hours. */
export const CAMPUS: ContractKind = {
  newId: () => randomText(28, '0123456789'),
  words: { signed: 'ADD', ended: 'DELETE' },
  signableFor: 2 * 60 * 60 * 1000,
  notice: campusNotice,
};

const digits = (pattern: RegExp): Member => ({ kind: 'string', pattern });

const findById = ({ mchid, values, contracts }: Asked): Contract | undefined =>
  contracts.of(mchid, CAMPUS).find(({ id }) => id === values['contract_id']);

/** https://pay.weixin.qq.com/doc/v3/partner/4012468959 */
const campusById: ContractRoute = {
  method: 'GET',
  path: '/v3/eduschoolpay/contracts/{contract_id}',
  parameters: { path: byId, query: {} },
  answer: (asked) => answerOne(findById(asked), describeCampus),
};

/**
 * https://pay.weixin.qq.com/doc/v3/partner/4012469025. Assumed: it may be said twice, for the page has no error that
 * would fit, and nothing changes the second time.
 */
const campusTerminate: ContractRoute = {
  method: 'POST',
  path: '/v3/eduschoolpay/contracts/{contract_id}/terminate',
  parameters: { path: byId, query: {} },
  answer(asked) {
    const contract = findById(asked);
    if (!contract) return notFound();
    if (contract.state !== 'ended') asked.contracts.change(contract, 'ended');
    return { status: 204, body: Buffer.alloc(0), signed: true };
  },
};

/** A page of the user's contracts. Assumed: 20 where no limit is given, as in the example; links that can be followed. */
const campusByUser: ContractRoute = {
  method: 'GET',
  path: '/v3/eduschoolpay/users/{openid}/contracts',
  parameters: {
    path: { openid: need(128) },
    query: {
      plan_id: need(32),
      contract_status: need(32, Object.values(CAMPUS.words)),
      offset: digits(/^\d{1,9}$/),
      limit: digits(/^[1-9]\d{0,8}$/),
    },
  },
  answer({ mchid, path, values, contracts }) {
    const [offset, limit] = [Number(values['offset'] ?? 0), Number(values['limit'] ?? 20)];
    const { openid, plan_id = '', contract_status = '' } = values;
    const found = contracts.of(mchid, CAMPUS).filter((contract) => {
      const { body } = contract.presign;
      return body['openid'] === openid && body['plan_id'] === plan_id && wordOf(contract) === contract_status;
    });
    const at = (place: number) =>
      `${path}?${new URLSearchParams({ plan_id, contract_status, offset: `${place}`, limit: `${limit}` })}`;
    const links = {
      self: at(offset),
      next: offset + limit < found.length ? at(offset + limit) : undefined,
      prev: offset > 0 ? at(Math.max(0, offset - limit)) : undefined,
    };
    const data = found.slice(offset, offset + limit).map(describeCampus);
    return answerJson({ data, offset, limit, total_count: found.length, links });
  },
};

export const CAMPUS_ROUTES: readonly ContractRoute[] = [campusById, campusByUser, campusTerminate];
