import { postAcknowledgement, postAcknowledgementRoute } from '../lib/api/post-acknowledgement.ts'
import { api } from './api-runtime.ts'

export const handler = api('post-acknowledgement', postAcknowledgementRoute, postAcknowledgement, ({ first }) => ({
  RequestsAnswered: Number(first),
}))
