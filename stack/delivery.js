/**
 * How a new version of an endpoint gets its traffic: CodeDeploy moves the alias `live` there, some of the traffic at a
 * time, and back when an alarm rings. ${file(stack/delivery.js):…} calls the exports; aliases.js makes the aliases.
 */
import { arn, stackOf } from './endpoints.js';

const group = (id, name, { preference, heeds }) => ({
  Type: 'AWS::CodeDeploy::DeploymentGroup',
  Properties: {
    ApplicationName: { Ref: 'Delivery' },
    DeploymentGroupName: name,
    DeploymentConfigName: `CodeDeployDefault.Lambda${preference}`,
    DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
    ServiceRoleArn: { 'Fn::GetAtt': ['DeliveryRole', 'Arn'] },
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
export const resources = async (variables) => {
  const [{ endpoints, prefix }, preference, alarms] = await Promise.all([
    stackOf(variables),
    variables.resolveVariable('self:custom.set.deploymentPreference'),
    variables.resolveVariable('self:custom.set.deploymentAlarms'),
  ]);
  const how = { preference, heeds: alarms !== 'ignore' };
  const groups = endpoints.map(({ name, id }) => [`${id}DeploymentGroup`, group(id, name, how)]);
  const application = {
    Type: 'AWS::CodeDeploy::Application',
    Properties: { ApplicationName: prefix, ComputePlatform: 'Lambda' },
  };
  return { Resources: { Delivery: application, ...Object.fromEntries(groups) } };
};

/** The functions whose aliases CodeDeploy may move, and those aliases. */
export const functionArns = async (variables) => {
  const { endpoints, prefix } = await stackOf(variables);
  return endpoints.flatMap(({ name }) =>
    ['', ':*'].map((qualifier) => arn('lambda', `function:${prefix}-${name}${qualifier}`)),
  );
};
