import type { DynamoCall } from '../aws/dynamodb.ts';

/** The writes that remember a request, told apart by what they set. */
export const isClaim = ({ body }: DynamoCall): boolean => body.includes('SET fingerprint = ');
export const isSettlement = ({ body }: DynamoCall): boolean => body.includes('SET outcome = ');
export const isRelease = ({ body }: DynamoCall): boolean => body.includes(':released');
