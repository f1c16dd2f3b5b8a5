/**
 * A plugin of the framework: gives each endpoint the alias `live`, to which its route and its queue then lead. This is
 * no file of resources because an alias names a version, and only while packaging is it known how that is called.
 */
import { endpointsOf } from './endpoints.js';

const HOOK = 'PreTrafficCheckLambdaFunction';
const aliasId = (id) => `${id}LiveAlias`;

const alias = (id, versionId) => ({
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
export default function aliases({ service }) {
  const endpoints = () => endpointsOf(service.functions);
  return {
    hooks: {
      // The framework leads events to a function's target alias if it has one.
      'before:package:compileFunctions': () => {
        for (const { name, id } of endpoints())
          service.functions[name].targetAlias = { name: 'live', logicalId: aliasId(id) };
      },
      'after:package:compileFunctions': () => {
        const { Resources } = service.provider.compiledCloudFormationTemplate;
        for (const { name, id } of endpoints())
          Resources[aliasId(id)] = alias(id, service.functions[name].versionLogicalId);
      },
    },
  };
}
