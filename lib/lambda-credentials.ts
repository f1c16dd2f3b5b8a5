import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for the AWS SDK's default credential chain in the bundles (serverless.yml, custom.esbuild.alias). Lambda
 * always hands its role's credentials over in the environment; the chain's other links (SSO, profiles, instance
 * metadata) are a fifth of a bundle that would never run.
 */
export const defaultProvider = fromEnv;
