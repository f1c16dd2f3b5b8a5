import { createHash, createHmac, createPublicKey, publicEncrypt, randomBytes, verify } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { ETC_PATH, type etcRequest } from './etc.ts';
import type { FloorSetup } from './server-process.ts';

/**
 * The least code that makes a pre-sign: three encryptions, a signature in KMS (with signature version 4), the request,
 * the verification. It checks nothing, tries nothing again, logs nothing, and knows its one merchant by heart.
 */

type Answer = { status: number; headers: IncomingMessage['headers']; body: Buffer };
type Headers = Record<string, string | number>;

const agent = new Agent({ keepAlive: true });

const post = ({ hostname, port, pathname: path }: URL, headers: Headers, body: Buffer): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject).end(body);
  });

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** The headers of a call to KMS; the day's key is made once, as the SDK does. */
const createAwsHeaders = ({ region, accessKeyId, secretAccessKey, kmsUrl }: FloorSetup) => {
  const { host } = new URL(kmsUrl);
  let cached: { day: string; key: Buffer } | undefined;
  const keyOf = (day: string): Buffer => {
    if (cached?.day !== day) {
      const scoped = [region, 'kms', 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, day));
      cached = { day, key: scoped };
    }
    return cached.key;
  };
  return (target: string, body: Buffer): Headers => {
    const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
    const type = 'application/x-amz-json-1.1';
    const names = 'content-type;host;x-amz-date;x-amz-target';
    const values = `content-type:${type}\nhost:${host}\nx-amz-date:${date}\nx-amz-target:${target}\n`;
    const canonical = `POST\n/\n\n${values}\n${names}\n${sha256(body).toString('hex')}`;
    const day = date.slice(0, 8);
    const scope = `${day}/${region}/kms/aws4_request`;
    const signed = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical).toString('hex')}`;
    const signature = hmac(keyOf(day), signed).toString('hex');
    return {
      'Content-Type': type,
      'Content-Length': body.length,
      'X-Amz-Date': date,
      'X-Amz-Target': target,
      Authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    };
  };
};

export const createFloor = (setup: FloorSetup) => {
  const { mchid, serial, keyArn, platformKey } = setup;
  const kms = new URL(setup.kmsUrl);
  const wechatpay = new URL(ETC_PATH, setup.baseURL);
  const key = createPublicKey(platformKey.pem);
  const awsHeaders = createAwsHeaders(setup);
  const encrypt = (text: string): string => publicEncrypt(key, Buffer.from(text)).toString('base64');

  const sign = async (message: string): Promise<string> => {
    const body = Buffer.from(
      JSON.stringify({
        KeyId: keyArn,
        Message: sha256(message).toString('base64'),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
      }),
    );
    const answer = await post(kms, awsHeaders('TrentService.Sign', body), body);
    return (JSON.parse(answer.body.toString()) as { Signature: string }).Signature;
  };

  return async (plain: typeof etcRequest): Promise<void> => {
    const identify = {
      ...plain.identify,
      encrypted_real_name: encrypt(plain.identify.encrypted_real_name),
      encrypted_credential_id: encrypt(plain.identify.encrypted_credential_id),
    };
    const text = JSON.stringify({ ...plain, identify, bank_card_no: encrypt(plain.bank_card_no) });
    const body = Buffer.from(text);
    const nonce = randomBytes(16).toString('hex');
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = await sign(`POST\n${ETC_PATH}\n${timestamp}\n${nonce}\n${text}\n`);
    const answer = await post(
      wechatpay,
      {
        Accept: 'application/json',
        'User-Agent': 'floor',
        'Content-Type': 'application/json',
        'Content-Length': body.length,
        'Wechatpay-Serial': platformKey.id,
        Authorization: `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce}",signature="${signature}",timestamp="${timestamp}",serial_no="${serial}"`,
      },
      body,
    );
    const {
      'wechatpay-timestamp': at,
      'wechatpay-nonce': once,
      'wechatpay-signature': theirs,
    } = answer.headers;
    const signed = Buffer.from(`${at}\n${once}\n${answer.body}\n`);
    if (answer.status !== 200 || !verify('sha256', signed, key, Buffer.from(`${theirs}`, 'base64')))
      throw new Error(`answered ${answer.status}`);
  };
};
