import type { Resources } from '../template/packaged.ts';

export type Partition = 'aws' | 'aws-cn';

/** The account the stack is in. */
export const ACCOUNT = '111122223333';

/** Where the stack is looked at, one Region of each partition. */
export const REGIONS: Record<Partition, string> = { aws: 'eu-central-1', 'aws-cn': 'cn-north-1' };

const PSEUDO: Record<Partition, Record<string, string>> = {
  aws: {
    'AWS::Partition': 'aws',
    'AWS::Region': REGIONS.aws,
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::AccountId': ACCOUNT,
  },
  'aws-cn': {
    'AWS::Partition': 'aws-cn',
    'AWS::Region': REGIONS['aws-cn'],
    'AWS::URLSuffix': 'amazonaws.com.cn',
    'AWS::AccountId': ACCOUNT,
  },
};

/** By type: the property that names a resource, the service in its ARN, and what is before the name there. */
const NAMED: Record<string, readonly [property: string, service: string, before: string]> = {
  'AWS::CodeDeploy::Application': ['ApplicationName', 'codedeploy', 'application:'],
  'AWS::DynamoDB::Table': ['TableName', 'dynamodb', 'table/'],
  'AWS::Events::EventBus': ['Name', 'events', 'event-bus/'],
  'AWS::IAM::Role': ['RoleName', 'iam', 'role/'],
  'AWS::KMS::Key': ['KeyId', 'kms', 'key/'],
  'AWS::SNS::Topic': ['TopicName', 'sns', ''],
  'AWS::SQS::Queue': ['QueueName', 'sqs', ''],
};

/** Types whose `Ref` is not their name. A policy that uses the URL of a queue would be wrong; that throws. */
const REF_IS_ARN = new Set(['AWS::SNS::Topic']);
const REF_IS_URL = new Set(['AWS::SQS::Queue']);

export type Resolver = {
  /** An ARN in this Region and account. */
  arnOf: (service: string, resource: string, account?: string) => string;
  /** The ARN of a resource of the template. Throws when there is none. */
  arn: (logicalId: string) => string;
  /** `value` with intrinsic functions replaced by what CloudFormation makes of them. Throws at one it does not know. */
  resolve: (value: unknown) => unknown;
  /** AWS::Region and the like. */
  pseudo: (name: string) => string;
};

/** Resolves what the policies of `resources` say as CloudFormation would in `partition`. */
export const createResolver = (resources: Resources, partition: Partition): Resolver => {
  const pseudo: Resolver['pseudo'] = (name) => {
    const value = PSEUDO[partition][name];
    if (value === undefined) throw new Error(`unknown pseudo parameter ${name}`);
    return value;
  };

  const arnOf: Resolver['arnOf'] = (service, resource, account = ACCOUNT) => {
    const region = service === 'iam' ? '' : pseudo('AWS::Region');
    return `arn:${partition}:${service}:${region}:${account}:${resource}`;
  };

  const look = (id: string) => {
    const resource = resources[id];
    if (resource === undefined) throw new Error(`no resource ${id}`);
    const named = NAMED[resource.Type];
    if (named === undefined) throw new Error(`how is a ${resource.Type} named?`);
    const [property, service, before] = named;
    // CloudFormation makes up a name where the template gives none.
    const name = String(resource.Properties[property] ?? id);
    return { type: resource.Type, name, arn: arnOf(service, before + name) };
  };

  const ref = (id: string): string => {
    if (id.startsWith('AWS::')) return pseudo(id);
    const { type, name, arn } = look(id);
    if (REF_IS_URL.has(type)) throw new Error(`Ref of ${id} is a URL`);
    return REF_IS_ARN.has(type) ? arn : name;
  };

  const getAtt = (id: string, attribute: string): string => {
    if (attribute !== 'Arn') throw new Error(`unknown attribute ${id}.${attribute}`);
    return look(id).arn;
  };

  const known: Record<string, (of: unknown) => string> = {
    Ref: (id) => ref(String(id)),
    'Fn::GetAtt': (of) => {
      const [id = '', attribute = ''] = Array.isArray(of) ? of.map(String) : String(of).split('.');
      return getAtt(id, attribute);
    },
    'Fn::Sub': (of) => {
      if (typeof of !== 'string') throw new Error('Fn::Sub with a map of its own');
      return of.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
        const [id = '', attribute] = name.split('.');
        return attribute === undefined ? ref(id) : getAtt(id, attribute);
      });
    },
    'Fn::Join': (of) => {
      const [separator, parts] = of as [string, unknown[]];
      return parts.map(resolve).join(separator);
    },
  };

  const resolve: Resolver['resolve'] = (value) => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[name, of] = ['', undefined]] = entries;
    const intrinsic = known[name];
    if (intrinsic && entries.length === 1) return intrinsic(of);
    if (name.startsWith('Fn::')) throw new Error(`unknown intrinsic function ${name}`);
    return Object.fromEntries(entries.map(([key, inner]) => [key, resolve(inner)]));
  };

  return { arnOf, arn: (id) => look(id).arn, resolve, pseudo };
};
