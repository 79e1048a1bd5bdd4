/**
 * How every client of the SDK retries and how long it waits, so that a connection that hangs fails well within the time
 * of the shortest function (60 s). Where the service is, the SDK finds out by itself (`AWS_REGION`, `AWS_ENDPOINT_URL`).
 */
const retries = { retryMode: 'standard', maxAttempts: 4 }

/** Small requests and answers: DynamoDB, KMS, Step Functions. */
export const smallCalls = {
  ...retries,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 6_000, throwOnRequestTimeout: true },
}

/** Bodies of any size: only silence is limited. */
export const bulkCalls = {
  ...retries,
  requestHandler: { connectionTimeout: 2_000, socketTimeout: 10_000 },
}
