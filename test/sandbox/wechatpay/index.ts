export type { Fault, FaultKind, FaultOptions } from './faults.ts';
export type { NewMerchant } from './merchants.ts';
export type { PlatformCertificate } from './platform.ts';
export type { Endpoint, Member, Members } from './rules.ts';
export { startWechatPay, type WechatPayOptions, type WechatPaySandbox } from './server.ts';
export type { Call, Host, Mode, NoCertificateAnswer, SignUp } from './types.ts';
