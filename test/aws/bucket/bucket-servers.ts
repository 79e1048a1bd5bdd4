import { onMinistack, startMinistack, withoutMinistack } from '../../support/ministack.ts'
import { onRadosgw, startRadosgw, withoutRadosgw } from '../../support/radosgw.ts'
import { someServers } from '../../support/some-of.ts'

/**
 * Servers that a built-in channel deletes on, those whose turn it is. What differs between the two and AWS, and matters here: both ignore the expected owner of a bucket, and neither
 * refuses a reading that may not list with "access denied" where a version is not there, as S3 does (see the tests at the
 * wire). radosgw says NoSuchKey of a version that is not there, where S3 says NoSuchVersion, and escapes keys in a list of
 * uploads without saying so. MiniStack gives a carriage return in a key back as a line feed. Both say "deleted" of a
 * version that is not there, as S3 does.
 */
export const bucketServers = () =>
  someServers(
    [
      { where: onMinistack, skip: withoutMinistack, start: startMinistack },
      { where: onRadosgw, skip: withoutRadosgw, start: startRadosgw },
    ],
    ({ skip }) => skip,
  )
