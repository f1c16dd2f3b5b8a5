/**
 * A plugin of the framework: gives each endpoint the alias `live`, to which its route and its queue then lead. This is
 * no file of resources because an alias names a version, and only while packaging is it known how that is called.
 */
import { endpointsOf } from './endpoints.ts';
import type { FunctionConfig, Resource } from './framework.ts';

/** What of the framework's service we use. It adds `versionLogicalId` while it compiles functions. */
type Service = {
  functions: Record<
    string,
    FunctionConfig & { targetAlias?: { name: string; logicalId: string }; versionLogicalId?: string }
  >;
  provider: {
    timeout: number;
    compiledCloudFormationTemplate: { Resources: Record<string, Resource> };
  };
};

const HOOK = 'PreTrafficCheckLambdaFunction';
const aliasId = (id: string): string => `${id}LiveAlias`;

const alias = (id: string, versionId: string): Resource => ({
  Type: 'AWS::Lambda::Alias',
  // How traffic is to move this time must be known before it does.
  DependsOn: [`${id}DeploymentGroup`],
  Properties: {
    Name: 'live',
    FunctionName: { Ref: `${id}LambdaFunction` },
    FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] },
  },
  UpdatePolicy: {
    CodeDeployLambdaAliasUpdate: {
      ApplicationName: { Ref: 'Delivery' },
      DeploymentGroupName: { Ref: `${id}DeploymentGroup` },
      BeforeAllowTrafficHook: { Ref: HOOK },
    },
  },
});

// biome-ignore lint/style/noDefaultExport: this is how the framework finds a plugin.
export default function aliases({ service }: { service: Service }) {
  const endpoints = () =>
    endpointsOf(service.functions, service.provider.timeout).map((endpoint) => ({
      ...endpoint,
      config: service.functions[endpoint.name] ?? {},
    }));
  return {
    hooks: {
      // The framework leads events to a function's target alias if it has one.
      'before:package:compileFunctions': () => {
        for (const { id, config } of endpoints())
          config.targetAlias = { name: 'live', logicalId: aliasId(id) };
      },
      'after:package:compileFunctions': () => {
        const { Resources } = service.provider.compiledCloudFormationTemplate;
        for (const { name, id, config } of endpoints()) {
          if (config.versionLogicalId === undefined) throw new Error(`${name} has no version to lead to`);
          Resources[aliasId(id)] = alias(id, config.versionLogicalId);
        }
      },
    },
  };
}
