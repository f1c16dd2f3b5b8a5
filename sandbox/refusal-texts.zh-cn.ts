import type { RefusalCode } from './refusal-codes.ts';

/** 为什么没有照办，以及该怎么做。`{name}` 会换成拒绝的参数。 */
export const CHINESE: Readonly<Record<RefusalCode, string>> = {
  'request.not_local': '这里只供本机上的程序使用，须用 {names} 访问。',
  'request.too_long': '发送的内容超过了 {bytes} 字节。',
  'request.unknown': '这里没有这个接口。GET /__sandbox/openapi.json 列出了全部接口。',
  'word.unknown': '请填写以下之一：{words}。',
  'call.unknown': '没有这个请求，或者已被清除。GET /__sandbox/calls 列出了现有的请求。',
  'call.shape':
    '请发送 JSON：{"method": "GET" 或 "POST", "target": "/v3/…", "body"?: {…}}；target 不带域名。',
  'merchant.unknown': '这里没有商户 {mchid}。为它签发第一张证书后即成为商户。',
  'merchant.exists': '商户 {mchid} 已存在。',
  'merchant.shape':
    '请发送 JSON：{"mchid": "…"}，按需加上 "mode"（certificate、public-key 或 both）、"apiV3Key"（32 位字母和数字）、"notifyUrl"、"certificatePem"。',
  'merchant.certificate': '这张证书不能使用：{problem}。',
  'certificate.most': '{mchid} 已有 {most} 张有效证书，不能再增加。请先吊销其中一张：{serials}。',
  'certificate.unknown': '{mchid} 没有这个序列号的证书。有效的证书有：{serials}。',
  'csr.unreadable': '这不是证书请求（PEM 格式的 PKCS#10）。请提供 `csr` 命令生成的文件。',
  'csr.key': '证书请求中的密钥不是 2048 位的 RSA 密钥。',
  'csr.signature': '证书请求的签名不成立：内容被改动过，或者生成有误。',
  'csr.name': '证书请求的通用名称（CN）不是 {mchid}。',
  'public_key.missing': '{mchid} 没有微信支付公钥。',
  'api_v3_key.format': 'APIv3 密钥为 32 个字符，只含数字和字母。',
  'api_v3_key.missing': '{mchid} 设置 APIv3 密钥之前收不到通知。请 PUT api-v3-key。',
  'notify_url.format': '请填写完整的 URL，http 或 https，不带查询参数。',
  'notify_url.missing': '{mchid} 没有通知地址。请 PUT notify-url。',
  'notification.shape':
    '请发送 JSON：{"event_type": "…", "resource": {…}}，按需加上文本：original_type、associated_data、summary。',
  'private_key.missing': '{mchid} 的私钥不在这里，无法代它签名。请新增商户。',
  'field.too_long': '{pointer} 过长，无法加密：最多 {bytes} 字节。',
  'product.missing': '没有产品与沙箱一同运行，或者它尚未就绪。',
  'product.request_unknown':
    '产品没有这个请求，或者已被清除。GET /__sandbox/product/requests 列出了现有的请求。',
  'product.shape':
    '请发送 JSON：product/requests 为 {"method", "target": "/…", "body"?: {…}}，product/events 为 {"name", "body": {…}}。GET /__sandbox/product 列出了产品的接口。',
  'clock.shape': '请发送 JSON：{"offset_seconds": 420}，即本时钟快多少秒；负数表示慢。',
  'times.shape': '请发送 JSON，两项均可省略：{"not_before": "2026-01-01T00:00:00Z", "not_after": "…"}。',
  'platform_certificate.unknown': '没有这张证书。GET /__sandbox/platform/certificates 列出了现有的证书。',
  'fault.member': '{name} 缺失、未知或不符合要求。',
  'presign.unknown': '这里没有预签约 {id}。GET /__sandbox/presigns 列出了现有的预签约。',
  'presign.no_contract': '{path} 在 endpoints.ts 中的那一行没有 `contract`，请补上。',
  'presign.signed': '用户已经签约：合约为 {id}。',
  'presign.given_up': '用户已经放弃。请重新预签约。',
  'presign.expired': '只能在 {hours} 小时内签约，现已过期。请重新预签约。',
  'contract.unknown': '这里没有合约 {id}。GET /__sandbox/contracts 列出了现有的合约。',
  'contract.ended': '该合约的状态为 {state}：不可恢复，请重新预签约。',
  'contract.paused': '该合约的状态为 {state}：可以恢复或解约。',
  'contract.can_pause': '该合约的状态为 {state}：可以暂停或解约。',
  'contract.cannot_pause': '该合约的状态为 {state}：只能解约，不能暂停。',
};
