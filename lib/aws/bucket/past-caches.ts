import type { S3Client } from '@aws-sdk/client-s3'

/** What a listing may not be: of an earlier time. An inventory says what is there now, and the closing one what came meanwhile; and so do rules by which objects are copied. */
const listings = /^(?:List|GetBucketReplication)/

/** How old the answer of a cache is, in seconds: RFC 9111, section 5.1. */
const isOld = ({ age }: Record<string, string>) => age !== undefined && age.trim() !== '0'

/**
 * Asks caches between here and a server for listings that are made anew, and takes no other: no server that speaks S3's protocol says
 * how old its answer is. A refused one is asked for again.
 */
export function pastCaches(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        if (listings.test(commandName))
          (args.request as { headers: Record<string, string> }).headers['cache-control'] = 'no-cache'
        return next(args)
      },
    { step: 'build', name: 'odvNoCache' },
  )
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const answered = await next(args)
        const { headers, statusCode } = answered.response as { headers: Record<string, string>; statusCode: number }
        if (!listings.test(commandName) || !isOld(headers)) return answered
        throw Object.assign(new Error('expected a listing that was made now'), {
          name: 'AnswerOfACache',
          $retryable: { throttling: false },
          $metadata: { httpStatusCode: statusCode },
        })
      },
    { step: 'deserialize', name: 'odvAge', priority: 'high' },
  )
}
