/**
 * Stands in for the AWS SDK's endpoint discovery in the bundles (serverless.yml, custom.esbuild.alias). DynamoDB's client
 * is made with it though none of its commands asks for it, and it brings a cache of its own.
 */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};

export const resolveEndpointDiscoveryConfig = <Config>(config: Config): Config => config;
