import { type Call, type Calls, NAME, OTHER_NAME, type Place } from './place.ts';

const REFRESH = 'platformCertificatesRefresh';
const CHECK = 'preTrafficCheck';
const NOTIFICATIONS = 'notifications';

/** Invoking, moving and changing Lambdas. */
export const lambdas = ({ arnOf, endpoints, contracts }: Place): Calls[] => {
  const lambda = (name: string) => arnOf('lambda', `function:${name}`);
  const move = ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'];
  const invoke = ['lambda:InvokeFunction', 'lambda:InvokeAsync', 'lambda:InvokeFunctionUrl'];
  const ours = [...endpoints.map(({ name }) => name), ...contracts, REFRESH, CHECK, NOTIFICATIONS];
  const change = 'AddPermission CreateEventSourceMapping DeleteFunction GetFunction PublishVersion'
    .concat(' PutFunctionConcurrency UpdateFunctionCode UpdateFunctionConfiguration')
    .split(' ');
  return [
    {
      may: ['NotificationsRole', 'SchedulerRole', 'ContractRole'],
      calls: [['start the refresh', 'lambda:InvokeFunction', lambda(`${NAME}-${REFRESH}`)]],
    },
    {
      may: ['DeliveryRole'],
      calls: [
        ['ask the check', 'lambda:InvokeFunction', lambda(`${NAME}-${CHECK}`)],
        ...endpoints.map(
          ({ name }): Call => [`move the traffic of ${name}`, move, lambda(`${NAME}-${name}:live`)],
        ),
      ],
    },
    {
      may: [],
      calls: [
        ...endpoints.flatMap(({ name }): Call[] => [
          [`invoke ${name}`, invoke, lambda(`${NAME}-${name}`)],
          [`invoke ${name}:live`, invoke, lambda(`${NAME}-${name}:live`)],
        ]),
        ...contracts.map((name): Call => [`invoke ${name}`, invoke, lambda(`${NAME}-${name}`)]),
        ...ours.map(
          (name): Call => [
            `change ${name}`,
            change.map((action) => `lambda:${action}`),
            lambda(`${NAME}-${name}`),
          ],
        ),
        ['invoke the notifications', invoke, lambda(`${NAME}-${NOTIFICATIONS}`)],
        ['move the refresh', move, lambda(`${NAME}-${REFRESH}`)],
        ['invoke a function whose name begins alike', invoke, lambda(`${NAME}-${REFRESH}-2`)],
        ['invoke the refresh of another stage', invoke, lambda(`${OTHER_NAME}-${REFRESH}`)],
        ['use any other function', [...invoke, ...move], lambda('payroll')],
      ],
    },
  ];
};

/** Each Lambda's logs are written by its own role, and read by none. */
export const logs = ({ arnOf, endpoints, contracts }: Place): Calls[] => {
  const stream = (group: string) => arnOf('logs', `log-group:${group}:log-stream:2026/01/01/[1]x`);
  const own = (name: string) => `/aws/lambda/${NAME}-${name}`;
  const write = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  const writes = (name: string): Call => [`write the log of ${name}`, write, stream(own(name))];
  const others = 'CreateLogGroup DeleteLogGroup DeleteLogStream FilterLogEvents GetLogEvents'
    .concat(' PutRetentionPolicy PutSubscriptionFilter StartQuery')
    .split(' ');
  return [
    { may: ['EndpointRole'], calls: endpoints.map(({ name }) => writes(name)) },
    { may: ['ContractRole'], calls: contracts.map(writes) },
    { may: ['RefreshRole'], calls: [writes(REFRESH)] },
    { may: ['NotificationsRole'], calls: [writes(NOTIFICATIONS)] },
    { may: ['PreTrafficRole'], calls: [writes(CHECK)] },
    {
      may: [],
      calls: [
        ...[...endpoints.map(({ name }) => name), ...contracts, REFRESH, CHECK, NOTIFICATIONS].map(
          (name): Call => [
            `read, keep or drop the log of ${name}`,
            others.map((action) => `logs:${action}`),
            stream(own(name)),
          ],
        ),
        ['write the log of another service', write, stream('/aws/lambda/payroll')],
        ['write the log of another stage', write, stream(`/aws/lambda/${OTHER_NAME}-${REFRESH}`)],
        ['write a log whose name begins alike', write, stream(own(`${REFRESH}-2`))],
      ],
    },
  ];
};

/** What is left: delivery, and all that nobody here has anything to do with. */
export const elsewhere = ({ arn, arnOf, roles, otherRole, resolve }: Place): Calls[] => {
  const bucket = (key: string) => String(resolve({ 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${key}` }));
  const report = 'codedeploy:PutLifecycleEventHookExecutionStatus';
  const group = (application: string) => arnOf('codedeploy', `deploymentgroup:${application}/x`);
  const iam =
    'AttachRolePolicy CreateRole DeleteRolePermissionsBoundary PassRole PutRolePolicy UpdateAssumeRolePolicy'
      .split(' ')
      .map((action) => `iam:${action}`);
  return [
    { may: ['PreTrafficRole'], calls: [['tell what the check found', report, group(NAME)]] },
    {
      may: ['DeliveryRole'],
      calls: [
        ['look at alarms', 'cloudwatch:DescribeAlarms', '*'],
        ['read what to deploy', ['s3:GetObject', 's3:GetObjectVersion'], bucket('any/CodeDeploy/x.zip')],
      ],
    },
    {
      may: [],
      calls: [
        ['tell what another’s check found', report, group('payroll')],
        ['deploy', ['codedeploy:CreateDeployment', 'codedeploy:StopDeployment'], group(NAME)],
        ['tell alarms to the topic, or listen', ['sns:Publish', 'sns:Subscribe'], arn('AlarmTopic')],
        ['silence alarms', ['cloudwatch:DeleteAlarms', 'cloudwatch:DisableAlarmActions'], '*'],
        ['assume a role that its account may assume', 'sts:AssumeRole', otherRole],
        ...[...roles.map(arn), otherRole].map((role): Call => [`pass on or change ${role}`, iam, role]),
        ...roles.map((role): Call => [`assume ${role}`, 'sts:AssumeRole', arn(role)]),
        [
          'read or write a secret',
          ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
          arnOf('secretsmanager', 'secret:x'),
        ],
        [
          'read or write a parameter',
          ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:PutParameter'],
          arnOf('ssm', 'parameter/x'),
        ],
        ['read an object', ['s3:GetObject', 's3:ListBucket'], bucket('any/x')],
        ['write or delete an object', ['s3:PutObject', 's3:DeleteObject'], bucket('any/CodeDeploy/x.zip')],
        [
          'change the stack',
          ['cloudformation:UpdateStack', 'cloudformation:DeleteStack'],
          arnOf('cloudformation', 'stack/x/1'),
        ],
      ],
    },
  ];
};
