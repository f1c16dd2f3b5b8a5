/**
 * How a new version of an endpoint gets its traffic: CodeDeploy moves the alias `live` there, some of the traffic at a
 * time, and back when an alarm rings; aliases.ts makes the aliases.
 */
import { endpointNameOf } from '../lib/names.ts';
import { stackOf } from './endpoints.ts';
import {
  arn,
  type Expression,
  getAtt,
  type Resource,
  type Resources,
  settingsOf,
  type Variables,
} from './framework.ts';

const group = (
  id: string,
  name: string,
  { preference, heeds }: { preference: string; heeds: boolean },
): Resource => ({
  Type: 'AWS::CodeDeploy::DeploymentGroup',
  Properties: {
    ApplicationName: { Ref: 'Delivery' },
    DeploymentGroupName: name,
    DeploymentConfigName: `CodeDeployDefault.Lambda${preference}`,
    DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
    ServiceRoleArn: getAtt('DeliveryRole'),
    // Also before anything moves: an alarm that rings already fails the deployment at once.
    AlarmConfiguration: {
      Enabled: heeds,
      Alarms: ['ErrorsAlarm', 'VerificationFailedAlarm'].map((alarm) => ({ Name: { Ref: `${id}${alarm}` } })),
    },
    AutoRollbackConfiguration: {
      Enabled: true,
      Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
    },
  },
});

/** For `resources`. */
export const resources = async (variables: Variables): Promise<{ Resources: Resources }> => {
  const [{ endpoints, prefix }, { deploymentPreference, deploymentAlarms }] = await Promise.all([
    stackOf(variables),
    settingsOf(variables),
  ]);
  const how = { preference: deploymentPreference, heeds: deploymentAlarms === 'heed' };
  const groups = endpoints.map(({ name, id }) => [`${id}DeploymentGroup`, group(id, name, how)]);
  const application = {
    Type: 'AWS::CodeDeploy::Application',
    Properties: { ApplicationName: prefix, ComputePlatform: 'Lambda' },
  };
  return { Resources: { Delivery: application, ...Object.fromEntries(groups) } };
};

/** The functions whose aliases CodeDeploy may move, and those aliases. */
export const functionArns = async (variables: Variables): Promise<Expression[]> => {
  const { endpoints, prefix } = await stackOf(variables);
  return endpoints.flatMap(({ name }) =>
    ['', ':*'].map((qualifier) => arn('lambda', `function:${endpointNameOf(prefix, name)}${qualifier}`)),
  );
};
