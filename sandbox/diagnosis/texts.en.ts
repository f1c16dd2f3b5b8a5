import type { FindingCode } from '../anatomy.ts';

/** What to look at. `{name}` stands for a parameter of the finding. */
export const ENGLISH: Readonly<Record<FindingCode, string>> = {
  'path.not_played':
    'The sandbox does not play this path. With --echo it answers 200 to any that is well signed.',
  'header.missing': 'The header {name} is missing. WeChat Pay looks for it before it looks at the signature.',
  'header.content_type': 'Content-Type must be application/json.',
  'authorization.missing':
    'There is no Authorization header: the request was not signed, or a proxy took it away.',
  'authorization.scheme': 'Authorization must begin with WECHATPAY2-SHA256-RSA2048 and one blank.',
  'authorization.items': 'Authorization lacks {missing}.',
  'authorization.format':
    'Authorization has all it needs, but not as it must be written: name="value", five items once each, commas between them and no blanks.',
  'mchid.unknown': 'There is no merchant {mchid} here. Add it, or look which one the client was set up for.',
  'serial.platform':
    'serial_no names a key of WeChat Pay ({serial}). It must be the serial of the merchant’s own certificate; WeChat Pay’s goes into Wechatpay-Serial.',
  'serial.other_merchant': 'serial_no {serial} is a certificate of merchant {mchid}.',
  'serial.decimal': 'serial_no is the serial as a decimal number. In hex it is {known}.',
  'serial.format': 'serial_no must be bare hex, without colons, blanks or 0x: {known}.',
  'serial.unknown':
    'serial_no is no certificate of this merchant. It has: {known}. `openssl x509 -in apiclient_cert.pem -noout -serial` prints it.',
  'certificate.expired': 'The merchant’s certificate {serial} has expired.',
  'certificate.not_yet_valid': 'The merchant’s certificate {serial} is not valid yet.',
  'timestamp.milliseconds': 'timestamp is in milliseconds. It must be in seconds.',
  'timestamp.not_a_number': 'timestamp must be the seconds since 1970, digits alone.',
  'timestamp.behind':
    'The caller’s clock is {seconds} s behind, or the request was sent that long after it was signed. 300 are allowed.',
  'timestamp.ahead': 'The caller’s clock is {seconds} s ahead. 300 are allowed.',
  'nonce.format': 'nonce_str must be 1 to 128 visible ASCII characters.',
  'nonce.used': 'nonce_str was used before: every attempt has to be signed anew.',
  'signature.hex': 'The signature is in hex. It must be in base64.',
  'signature.base64url':
    'The signature is in the URL alphabet of base64 (- and _). It must be in the standard one (+ and /).',
  'signature.base64_twice': 'The signature was encoded in base64 twice.',
  'signature.base64_format': 'The signature is base64, but with blanks, or without its padding.',
  'signature.length': 'The signature has {bytes} bytes. A 2048-bit RSA key makes 256.',
  'signature.pss': 'The signature was padded with PSS. It must be PKCS#1 v1.5 (SHA256withRSA).',
  'signature.hash': 'The signature was made over {hash}. It must be SHA-256.',
  'signature.no_digest_info':
    'The key is right, but it “encrypted” a digest instead of signing: use the library’s signing function (SHA256withRSA).',
  'key.other_serial': 'It was signed with the key of certificate {serial}, and serial_no names {named}.',
  'key.other_merchant': 'It was signed with the key of merchant {mchid} (certificate {serial}).',
  'key.unknown':
    'It was signed with a key that nobody here has: the private key does not belong to certificate {named}, or the signature was damaged.',
  'message.method': 'The first line that was signed says {method}, and that is not how the request came.',
  'message.url_without_query': 'The URL was signed without its query. Sign path and query, exactly as sent.',
  'message.url_with_host': 'The URL was signed with scheme or host. Sign the path and the query alone.',
  'message.url_decoded': 'The URL was signed before it was percent-encoded. Sign it as it is sent.',
  'message.url_encoded_twice':
    'What was signed and what was sent differ by one percent-encoding: one of the two was encoded twice.',
  'message.url_slash': 'The URL was signed with another slash at its beginning or its end.',
  'message.no_last_newline':
    'The newline after the last line is missing: the body, even an empty one, is followed by one.',
  'message.literal_newlines': 'The lines were joined with a backslash and an n instead of a newline.',
  'message.crlf': 'The lines end with CR LF. They must end with LF alone.',
  'message.order': 'The nonce was signed before the timestamp. The timestamp comes first.',
  'message.no_body': 'It was signed as if there were no body.',
  'message.body_reserialised':
    'What was signed is the same JSON, written another way ({style}): the body was serialised twice. Serialise once, sign and send that text.',
  'message.body_encoded_twice': 'The body was turned into JSON twice, once for signing or once for sending.',
  'message.body_trimmed':
    'The body was sent with other blanks, line ends or a byte-order mark around it than it was signed with.',
  'message.other':
    'The key is right, but something else was signed. Compare what your client signs with the message below, line by line.',
  'body.encoded_twice': 'The body is a JSON string that holds JSON: it was serialised twice.',
  'body.not_json': 'The body is not JSON, or nested too deeply.',
  'platform_key.missing':
    'Wechatpay-Serial is missing. With encrypted fields it must name the key they were encrypted with.',
  'platform_key.merchant_serial':
    'Wechatpay-Serial is the merchant’s own certificate ({serial}). It must name WeChat Pay’s: a PUB_KEY_ID_… or a platform certificate.',
  'platform_key.other_merchant': 'Wechatpay-Serial names the public key of merchant {mchid} ({serial}).',
  'platform_key.mode': 'Wechatpay-Serial names a key ({serial}) that a merchant in mode {mode} cannot use.',
  'platform_key.unknown':
    'Wechatpay-Serial names no key of WeChat Pay ({serial}). Download the certificates again, or look at the public key’s id.',
  'field.plaintext': '{pointer} is not encrypted.',
  'field.encoding':
    '{pointer} is a ciphertext in {encoding}. It must be in standard base64, in one line, with its padding.',
  'field.oaep_hash': '{pointer} was encrypted with OAEP and {hash}. It must be SHA-1 for both hashes.',
  'field.pkcs1_padding': '{pointer} was encrypted with PKCS#1 v1.5 padding. It must be OAEP with SHA-1.',
  'field.other_key': '{pointer} was encrypted for {used}, and Wechatpay-Serial names {named}.',
  'field.own_certificate':
    '{pointer} was encrypted for the merchant’s own certificate ({serial}). Encrypt with WeChat Pay’s key.',
  'field.unknown_key':
    '{pointer} was encrypted for a key that is not here; often that is the merchant’s own certificate. Encrypt with {named}.',
};
