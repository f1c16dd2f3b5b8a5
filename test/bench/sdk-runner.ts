import { createPublicKey } from 'node:crypto';
import { Rsa, Wechatpay } from 'wechatpay-axios-plugin';
import { measure } from '../support/measure.ts';
import { ETC_PATH, etcRequest } from './etc.ts';
import type { SdkSetup } from './server-process.ts';

// wechatpay-axios-plugin at its best: keys parsed once, the address resolved once, connections kept alive.
type Task = { setup: SdkSetup; times: number };
let client: ReturnType<typeof connect> | undefined;

const connect = ({ baseURL, merchant, platformKey: { id, pem } }: SdkSetup) => {
  const { mchid, serial, privateKeyPem } = merchant;
  const key = createPublicKey(pem);
  // It parses both PEMs once, here.
  const options = { mchid, serial, privateKey: privateKeyPem, certs: { [id]: pem } };
  const wechatpay = new Wechatpay({ ...options, baseURL, proxy: false });
  const chain = wechatpay.chain(ETC_PATH.slice(1));
  const encrypt = (text: string): string => Rsa.encrypt(text, key);
  return async (request: typeof etcRequest): Promise<void> => {
    const { encrypted_real_name, encrypted_credential_id, ...identify } = request.identify;
    const body = {
      ...request,
      identify: {
        ...identify,
        encrypted_real_name: encrypt(encrypted_real_name),
        encrypted_credential_id: encrypt(encrypted_credential_id),
      },
      bank_card_no: encrypt(request.bank_card_no),
    };
    const { status } = await chain.post<unknown>(body, { headers: { 'Wechatpay-Serial': id } });
    if (status !== 200) throw new Error(`answered ${status}`);
  };
};

process.on('message', async ({ setup, times }: Task) => {
  client ??= connect(setup);
  process.send?.(await measure(Array<typeof etcRequest>(times).fill(etcRequest), client));
});
process.send?.('ready');
