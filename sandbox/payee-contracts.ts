import { randomText } from './answer.ts';
import { answerOne, type ContractRoute, need, wordOf } from './contract-route.ts';
import { beijingTime } from './time.ts';
import type { ContractKind } from './types.ts';

/** No page has a notification of these: merchants ask. */
export const PAYEE: ContractKind = {
  newId: () => randomText(20, '0123456789'),
  words: { signed: 'AUTHORIZED', ended: 'UNAUTHORIZED' },
};

/** Assumed: a fresh one at each query, for two hours. */
const realName = (now: number) => ({
  scope: 'pay_realname',
  access_token: randomText(64),
  access_token_expire_time: beijingTime(now + 2 * 60 * 60 * 1000),
});

/**
 * https://pay.weixin.qq.com/doc/v3/partner/4015851492. Assumed: nothing is found before the user has signed, for every
 * answer has a `signed_time`; who has ended it is UNAUTHORIZED, and no token tells of them any more.
 */
const payeeByCode: ContractRoute = {
  method: 'GET',
  path: '/v3/ecommerce/individual-contracts/out-contract-code/{out_contract_code}',
  parameters: { path: { out_contract_code: need(128) }, query: { appid: need(128) } },
  answer({ mchid, values, contracts, now }) {
    const found = contracts
      .of(mchid, PAYEE)
      .find(
        ({ presign: { body } }) =>
          body['out_contract_code'] === values['out_contract_code'] && body['appid'] === values['appid'],
      );
    return answerOne(found, (contract) => ({
      individual_auth_id: contract.id,
      signed_time: beijingTime(contract.signedAt),
      auth_state: wordOf(contract),
      individual_openid: contract.presign.body['openid'],
      real_name_auth_result: contract.state === 'signed' ? realName(now) : undefined,
    }));
  },
};

/** https://pay.weixin.qq.com/doc/v3/partner/4012739528. Assumed: of several contracts the one signed last. */
const payeeByOpenid: ContractRoute = {
  method: 'GET',
  path: '/v3/ecommerce/individual-contracts/{openid}',
  parameters: {
    path: { openid: need(128) },
    query: { appid: need(128), permission_type: need(32, ['INDIVIDUAL_PAYEE']) },
  },
  answer({ mchid, values, contracts }) {
    const found = contracts
      .of(mchid, PAYEE)
      .find(
        ({ presign: { body } }) => body['openid'] === values['openid'] && body['appid'] === values['appid'],
      );
    return answerOne(found, (contract) => ({
      individual_auth_id: contract.id,
      operation_time: beijingTime(contract.changedAt),
      auth_state: wordOf(contract),
    }));
  },
};

export const PAYEE_ROUTES: readonly ContractRoute[] = [payeeByCode, payeeByOpenid];
