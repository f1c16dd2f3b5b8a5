import { constants } from 'node:crypto';
import WxPay from 'wechatpay-node-v3';
import { listen } from './orders.mjs';

const HOST = 'https://api.mch.weixin.qq.com';
let pay;
let client;
let key;

listen({
  async open({ mchid, serial, privateKey, apiV3Key, publicKeyId, publicKey, urls }) {
    const here = (url) => url.replace(HOST, urls.http);
    // Of the certificate that it wants, it takes the serial alone, and only where it is told none.
    pay = new WxPay({ appid: 'wx0000000000000000', mchid, serial_no: serial, publicKey: 'none', privateKey });
    const { httpService } = pay;
    client = {
      get: (url, headers) => httpService.get(here(url), headers),
      post: (url, params, headers) => httpService.post(here(url), params, headers),
    };
    pay.createHttp(client);
    const listed = publicKeyId ? [] : await pay.get_certificates(apiV3Key);
    key = publicKeyId
      ? { id: publicKeyId, pem: publicKey }
      : { id: listed[0].serial_no, pem: listed[0].publicKey };
    return { certificates: Object.fromEntries(listed.map((one) => [one.serial_no, one.publicKey])) };
  },
  encrypt({ text, certificate = key.pem, padding }) {
    const how = padding === 'pkcs1' ? [constants.RSA_PKCS1_PADDING] : [];
    return { text: pay.publicEncrypt(text, certificate, ...how) };
  },
  // As each of its own methods does it; it has none for these paths.
  async post({ path, body, altered, unnamed }) {
    const url = `${HOST}${path}`;
    const named = unnamed ? {} : { 'Wechatpay-Serial': key.id };
    const headers = pay.getHeaders(pay.buildAuthorization('POST', url, body), {
      ...named,
      'Content-Type': 'application/json',
    });
    const sent = altered ? JSON.stringify(body, null, 2) : body;
    const { status, data, error } = await client.post(url, sent, headers);
    if (status !== 200) throw new Error(`${status} ${error}`);
    return { answer: data };
  },
});
