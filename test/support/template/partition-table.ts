import type { Partition } from '../iam/resolve.ts';

/** Where a string stands decides what it must look like: a host, `kms:ViaService` and a principal end each in its own way. */
export type Place = 'ARN' | 'host' | 'principal' | 'kms:ViaService';

export type Row = Readonly<Record<Partition, string>> & {
  place: Place;
  /** What it follows. */
  page: string;
  /** What the page leaves open. Nothing here has been tried in an account. */
  assumed?: string;
};

const CHINA = 'https://docs.amazonaws.cn/en_us/aws/latest/userguide';
const GITHUB = 'https://github.com';

/** REGION and ACCOUNT stand for themselves. An ARN is given as far as it can differ. */
const arn = (service: string, scope = 'REGION:ACCOUNT'): Row => ({
  place: 'ARN',
  aws: `arn:aws:${service}:${scope}:`,
  'aws-cn': `arn:aws-cn:${service}:${scope}:`,
  page: `${CHINA}/ARNs.html`,
});

const principal = (service: string, page: string, more: Partial<Row> = {}): Row => ({
  place: 'principal',
  aws: `${service}.amazonaws.com`,
  'aws-cn': `${service}.amazonaws.com`,
  page,
  ...more,
});

const VIA = 'https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html';
const via = (service: string): Row[] => [
  {
    place: 'kms:ViaService',
    aws: `${service}.REGION.amazonaws.com`,
    'aws-cn': `${service}.REGION.amazonaws.com`,
    page: VIA,
  },
  {
    place: 'kms:ViaService',
    aws: `${service}.REGION.amazonaws.com.cn`,
    'aws-cn': `${service}.REGION.amazonaws.com.cn`,
    page: VIA,
    assumed:
      'that KMS never says this. It is let in all the same, for KMS alone sets this key: it opens nothing',
  },
];

/**
 * Every string of the stack that differs by partition or Region, or that one might take for such. IAM and Lambda refuse
 * a policy with a principal that they do not know, so a second spelling beside the first would not be harmless.
 */
export const STACK: readonly Row[] = [
  ...['cloudwatch', 'codedeploy', 'events', 'execute-api', 'kms', 'lambda', 'logs', 'sqs'].map((service) =>
    arn(service),
  ),
  arn('iam', ':ACCOUNT'),
  arn('s3', ':'),
  {
    place: 'host',
    aws: 'execute-api.REGION.amazonaws.com',
    'aws-cn': 'execute-api.REGION.amazonaws.com.cn',
    page: `${CHINA}/endpoints-Beijing.html`,
  },
  ...via('dynamodb'),
  ...via('sqs'),
  // IAM in China answered "Invalid principal in policy" to lambda.amazonaws.com.cn.
  principal('lambda', `${GITHUB}/aws/aws-cdk/issues/2198`),
  // Lambda in China refused the other spelling.
  principal('apigateway', `${GITHUB}/serverless/serverless/pull/6127`),
  // SQS in China refused a policy with events.amazonaws.com.cn.
  principal('events', `${GITHUB}/terraform-aws-modules/terraform-aws-eks/issues/2932`, {
    assumed: 'that KMS takes for this principal what SQS takes',
  }),
  principal('scheduler', 'https://docs.amazonaws.cn/en_us/scheduler/latest/UserGuide/setting-up.html', {
    assumed: 'that the copy of the page for China was adapted',
  }),
  principal('cloudwatch', 'https://docs.amazonaws.cn/en_us/sns/latest/dg/sns-key-management.html', {
    assumed: 'that the copy of the page for China was adapted',
  }),
  // The one exception among those we need.
  principal('codedeploy', `${GITHUB}/aws/aws-cdk/pull/18505`, {
    'aws-cn': 'codedeploy.amazonaws.com.cn',
    assumed: 'that it needs no Region in its name, as CDK writes it; Terraform’s provider has it without',
  }),
];

/** What documents show besides, of resources that others make. */
export const DOCUMENTS: readonly Row[] = [
  arn('acm'),
  arn('dynamodb'),
  arn('sns'),
  // The path of a service-linked role.
  principal(
    'ops.apigateway',
    'https://docs.amazonaws.cn/en_us/apigateway/latest/developerguide/using-service-linked-roles.html',
    {
      assumed: 'that the copy of the page for China was adapted',
    },
  ),
];
