import { getRun, getRunRoute } from '../lib/api/get-run.ts'
import { api } from './api-runtime.ts'

export const handler = api('get-run', getRunRoute, getRun)
