import { Aes, Rsa, Wechatpay } from 'wechatpay-axios-plugin';
import { listen } from './orders.mjs';

let wechatpay;
let key;

/** Unverified, for there is nothing yet to verify with. */
async function download(settings, apiV3Key) {
  const { v3 } = new Wechatpay({ ...settings, certs: { any: undefined } });
  const { data } = await v3.certificates.get({ transformResponse: [(text) => JSON.parse(text)] });
  const open = ({ serial_no, encrypt_certificate: { ciphertext, nonce, associated_data } }) => [
    serial_no,
    Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associated_data),
  ];
  return Object.fromEntries(data.data.map(open));
}

listen({
  async open({ mchid, serial, privateKey, apiV3Key, publicKeyId, publicKey, urls }) {
    const settings = { mchid, serial, privateKey, baseURL: urls.http, proxy: false };
    const certificates = publicKeyId ? {} : await download(settings, apiV3Key);
    const certs = publicKeyId ? { [publicKeyId]: publicKey } : certificates;
    wechatpay = new Wechatpay({ ...settings, certs });
    const [[id, pem]] = Object.entries(certs);
    key = { id, pem };
    return { certificates };
  },
  encrypt: ({ text, certificate = key.pem }) => ({
    text: Rsa.encrypt(text, Rsa.from(certificate, Rsa.KEY_TYPE_PUBLIC)),
  }),
  async post({ path, body, altered, unnamed }) {
    const options = {
      ...(unnamed ? {} : { headers: { 'Wechatpay-Serial': key.id } }),
      ...(altered ? { transformRequest: [(data) => JSON.stringify(data, null, 2)] } : {}),
    };
    const { data } = await wechatpay.chain(path.slice(1)).post(body, options);
    return { answer: data };
  },
});
