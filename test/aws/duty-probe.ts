import { DeleteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { DecryptCommand, GenerateDataKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

/** What the probe is told of the stage. */
export type Places = Record<
  'attestationKey' | 'logKey' | 'caseKey' | 'evidence' | 'anchor' | 'intake' | 'ledger',
  string
>

const [kms, s3, dynamo] = [new KMSClient(), new S3Client(), new DynamoDBClient()]

/** Named as in the duty matrix. */
const attempts: Record<string, (places: Places) => Promise<unknown>> = {
  'sign an attestation': ({ attestationKey: KeyId }) =>
    kms.send(
      new SignCommand({
        ...{ KeyId, Message: new Uint8Array(32), MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' },
      }),
    ),
  'sign a checkpoint': ({ logKey: KeyId }) =>
    kms.send(
      new SignCommand({
        ...{ KeyId, Message: new Uint8Array(32), MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' },
      }),
    ),
  'make the case key': ({ caseKey: KeyId }) => kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
  'unwrap the case key': ({ caseKey: KeyId }) =>
    kms.send(new DecryptCommand({ KeyId, CiphertextBlob: new Uint8Array(100) })),
  'read the ledger': ({ ledger: TableName }) =>
    dynamo.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'LOG' } },
      }),
    ),
  'delete LOG#odv-dev': ({ ledger: TableName }) =>
    dynamo.send(new DeleteItemCommand({ TableName, Key: { pk: { S: 'LOG' }, sk: { S: 'HEAD' } } })),
  'anchor a checkpoint': ({ anchor: Bucket }) =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'checkpoints/probe', Body: 'probe' })),
  's3:DeleteObject in the evidence bucket': ({ evidence: Bucket }) =>
    s3.send(new DeleteObjectCommand({ Bucket, Key: 'runs/r1/kept' })),
  'read a transfer manifest': ({ intake: Bucket }) =>
    s3.send(new GetObjectCommand({ Bucket, Key: 'manifests/transfers.csv' })),
  'read the configuration': ({ intake: Bucket }) => s3.send(new GetObjectCommand({ Bucket, Key: 'config/odv.json' })),
}

const isDenial = (error: Error) => /^AccessDenied(Exception)?$/.test(error.name)

/** The handler of a function that tries every duty with the role that it was given: the names of those not denied. */
export async function handler(places: Places): Promise<string[]> {
  const tried = Object.entries(attempts).map(async ([duty, attempt]) =>
    attempt(places).then(
      () => [duty],
      (error) => (isDenial(error) ? [] : [duty]),
    ),
  )
  return (await Promise.all(tried)).flat()
}
