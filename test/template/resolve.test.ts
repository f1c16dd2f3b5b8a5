import { expect, it } from '@jest/globals';
import { createResolver } from '../support/iam/resolve.ts';
import type { Resources } from '../support/template/packaged.ts';

const resources: Resources = {
  Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'merchants' } },
  Key: { Type: 'AWS::KMS::Key', Properties: {} },
  Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r' } },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } },
  Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
};
const { resolve, arn } = createResolver(resources, 'aws-cn');

it.each([
  [{ Ref: 'AWS::AccountId' }, '111122223333'],
  [{ Ref: 'Table' }, 'merchants'],
  [{ Ref: 'Topic' }, 'arn:aws-cn:sns:cn-north-1:111122223333:t'],
  [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws-cn:dynamodb:cn-north-1:111122223333:table/merchants'],
  [{ 'Fn::GetAtt': 'Queue.Arn' }, 'arn:aws-cn:sqs:cn-north-1:111122223333:q'],
  [{ 'Fn::Sub': `sqs.\${AWS::Region}.\${AWS::URLSuffix}` }, 'sqs.cn-north-1.amazonaws.com.cn'],
  [{ 'Fn::Sub': `\${Key.Arn}/\${Table}` }, 'arn:aws-cn:kms:cn-north-1:111122223333:key/Key/merchants'],
  [
    { 'Fn::Join': [':', ['a', { Ref: 'Role' }, { 'Fn::GetAtt': ['Role', 'Arn'] }]] },
    'a:r:arn:aws-cn:iam::111122223333:role/r',
  ],
  [
    { Action: ['a', { Ref: 'Role' }], Ref2: 1 },
    { Action: ['a', 'r'], Ref2: 1 },
  ],
])('resolves %j', (value, resolved) => {
  expect(resolve(value)).toEqual(resolved);
});

it('knows what differs between partitions', () => {
  const value = { 'Fn::Sub': `arn:\${AWS::Partition}:s3:\${AWS::Region}::x.\${AWS::URLSuffix}` };
  expect(createResolver(resources, 'aws').resolve(value)).toBe('arn:aws:s3:eu-central-1::x.amazonaws.com');
  expect(resolve(value)).toBe('arn:aws-cn:s3:cn-north-1::x.amazonaws.com.cn');
});

it.each([
  [{ 'Fn::If': ['a', 'b', 'c'] }, 'unknown intrinsic function Fn::If'],
  [{ 'Fn::Sub': ['a', {}] }, 'Fn::Sub with a map of its own'],
  [{ 'Fn::GetAtt': ['Table', 'StreamArn'] }, 'unknown attribute Table.StreamArn'],
  [{ Ref: 'AWS::StackName' }, 'unknown pseudo parameter AWS::StackName'],
  [{ Ref: 'Nothing' }, 'no resource Nothing'],
  [{ Ref: 'Bucket' }, 'how is a AWS::S3::Bucket named?'],
  [{ Ref: 'Queue' }, 'Ref of Queue is a URL'],
])('throws at %j', (value, message) => {
  expect(() => resolve(value)).toThrow(message);
});

it('throws at the ARN of what is not in the template', () => {
  expect(() => arn('EventBus')).toThrow('no resource EventBus');
});
