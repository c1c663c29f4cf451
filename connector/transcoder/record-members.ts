/** What a record of a GetRecords response has: members that are read, and behind them others that are only expected. */

import { MemberOrder } from './member-order.ts';

export const recordMembers = new MemberOrder([
  'dynamodb',
  'eventID',
  'eventName',
  'userIdentity',
  'awsRegion',
  'eventSource',
  'eventVersion',
]);

export const changeMembers = new MemberOrder([
  'ApproximateCreationDateTime',
  'Keys',
  'NewImage',
  'OldImage',
  'SequenceNumber',
  'SizeBytes',
  'StreamViewType',
]);
export const changeMembersRead = 5;
