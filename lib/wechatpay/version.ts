/** The version of package.json (a test keeps them the same; importing package.json would put all of it into the bundles). */
export const VERSION = '0.1.0';

/** WeChat Pay refuses requests that do not say who they are. */
export const USER_AGENT = `wechatpay-presign/${VERSION} (Node.js ${process.versions.node})`;
