import type { RequestRecord, RunRecord, RunState } from '../ports.ts'
import type { Database } from './sqlite-database.ts'

/** Runs and requests in the state database. Runs newest first; requests of a run by store and pass. */
export function sqliteRunState(database: Database): RunState {
  const sql = {
    putRun: database.prepare(
      `INSERT INTO run (run_id, started_at, json) VALUES (?, ?, ?)
       ON CONFLICT (run_id) DO UPDATE SET started_at = excluded.started_at, json = excluded.json`,
    ),
    getRun: database.prepare('SELECT json FROM run WHERE run_id = ?'),
    listRuns: database.prepare('SELECT json FROM run ORDER BY started_at DESC, run_id DESC'),
    putRequest: database.prepare(
      `INSERT INTO request (request_id, run_id, json) VALUES (?, ?, ?)
       ON CONFLICT (request_id) DO UPDATE SET run_id = excluded.run_id, json = excluded.json`,
    ),
    getRequest: database.prepare('SELECT json FROM request WHERE request_id = ?'),
    listRequests: database.prepare(
      `SELECT json FROM request WHERE run_id = ?
       ORDER BY json_extract(json, '$.storeId'), json_extract(json, '$.pass'), request_id`,
    ),
  }
  return {
    putRun: async (run) => void sql.putRun.run(run.runId, run.startedAt, JSON.stringify(run)),
    getRun: async (runId) => toRecord<RunRecord>(sql.getRun.get(runId)),
    listRuns: async () => sql.listRuns.all().flatMap((row) => toRecord<RunRecord>(row) ?? []),
    putRequest: async (request) => void sql.putRequest.run(request.requestId, request.runId, JSON.stringify(request)),
    getRequest: async (requestId) => toRecord<RequestRecord>(sql.getRequest.get(requestId)),
    listRequests: async (runId) => sql.listRequests.all(runId).flatMap((row) => toRecord<RequestRecord>(row) ?? []),
  }
}

function toRecord<T>(row: Record<string, unknown> | undefined): T | undefined {
  return row && (JSON.parse(String(row.json)) as T)
}
