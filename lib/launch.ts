/** What a merchant's mini-program or app needs after a pre-sign to open WeChat Pay's signing page. */
import * as z from 'zod/mini';
import { answerText, choice } from './schema.ts';
import type { Merchant } from './wechatpay/exchange.ts';
import { launchMessage, makeNonce } from './wechatpay/message.ts';

/** A pre-sign that was made. */
type Made<Request, Answer> = {
  request: Request;
  /** The documented members of WeChat Pay's answer. */
  answer: Answer;
  merchant: Pick<Merchant, 'mchid' | 'sign'>;
  /** Milliseconds since the epoch. */
  now: number;
};

export type Launch<Request = object, Answer = object> = {
  /** What `make` makes; for the documents alone, so a Lambda that loads does not make it. */
  readonly schema: z.ZodMiniType<object>;
  /**
   * Rejects with a PresignError when it needs a signature and KMS gives none. A method, so that TypeScript lets the
   * launch of one endpoint stand where that of any is asked for.
   */
  make(made: Made<Request, Answer>): Promise<object>;
};

type MiniProgram<Member extends string> = {
  appId: string;
  path: string;
  /** Members of the answer that extraData carries on, under the same names. */
  extraData: Readonly<Record<Member, z.ZodMiniString>>;
};

/** WeChat Pay's own mini-program, opened by wx.navigateToMiniProgram. */
export const openMiniProgram = <const Member extends string>({
  appId,
  path,
  extraData,
}: MiniProgram<Member>): Launch<object, Record<Member, string>> => ({
  get schema() {
    return z.looseObject({
      appId: choice([appId], { description: "WeChat Pay's mini-program.", examples: [appId] }),
      path: choice([path], { description: 'Its page.', examples: [path] }),
      extraData: z.looseObject(extraData),
    });
  },
  make: async ({ answer }) => {
    const members = Object.keys(extraData) as Member[];
    return { appId, path, extraData: Object.fromEntries(members.map((name) => [name, answer[name]])) };
  },
});

const launchText = (description: string, example: string) => answerText({ description, examples: [example] });

const signedParameters = (examplePackage: string) =>
  z.looseObject({
    mchid: launchText('The merchant that signs.', '1900000001'),
    appid: launchText('That of the request.', 'wxd678efh567h23787'),
    package: launchText('What is to be opened.', examplePackage),
    timeStamp: launchText(
      'Unix seconds. WeChat must be opened within two minutes of the pre-sign.',
      '1795766400',
    ),
    nonceStr: launchText('Random.', '593BEC0C930BF1AFEB40B4A08C8FB242'),
    signType: choice(['RSA'], { description: 'SHA-256 with RSA.', examples: ['RSA'] }),
    certSerialNo: launchText(
      "Serial of the merchant's certificate.",
      '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    ),
    signature: launchText("base64, made with the merchant's key in KMS.", 'aGVsbG8='),
  });

type Signed<Request, Answer> = {
  packageOf: (request: Request, answer: Answer) => string;
  examplePackage: string;
};

/**
 * Parameters that WeChat takes with the merchant's signature alone. A new signature each time, so that a repeated
 * request gets parameters that are still fresh.
 */
export const openSigned = <Request extends { appid: string }, Answer>({
  packageOf,
  examplePackage,
}: Signed<Request, Answer>): Launch<Request, Answer> => ({
  get schema() {
    return signedParameters(examplePackage);
  },
  make: async ({ request, answer, merchant, now }) => {
    const { appid } = request;
    const signed = {
      appid,
      timeStamp: String(Math.floor(now / 1000)),
      nonceStr: makeNonce(),
      package: packageOf(request, answer),
    };
    const { mchid, serial, signature } = await merchant.sign(launchMessage(signed));
    return { mchid, ...signed, signType: 'RSA', certSerialNo: serial, signature };
  },
});

/** The JSON object `text` with `launch` as its last member: the text is not parsed, for that would round its numbers. */
export const withLaunch = (text: string, launch: object | undefined): string =>
  launch === undefined ? text : `${text.slice(0, text.lastIndexOf('}'))},"launch":${JSON.stringify(launch)}}`;
