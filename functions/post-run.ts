import { postRun, postRunRoute } from '../lib/api/post-run.ts'
import { api } from './api-runtime.ts'

export const handler = api('post-run', postRunRoute, postRun)
