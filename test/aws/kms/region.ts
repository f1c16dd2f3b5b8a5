/**
 * Whether a region is one of the two in China, where KMS imports no RSA keys, knows no RSA_AES_KEY_WRAP_* and
 * takes symmetric keys of 128 bits ("Importing key material" in the KMS guide).
 */
export const isChina = (region: string): boolean => region.startsWith('cn-');
