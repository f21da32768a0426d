/**
 * Where an operator reads a run in the Temporal UI; without a UI there is no link.
 * @param uiUrl `TEMPORAL_UI_URL`, for example `http://127.0.0.1:8233`.
 */
export function describeLink(uiUrl: string | undefined, namespace: string, workflowId: string): string | undefined {
  if (uiUrl === undefined) return undefined
  const path = `/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`
  return new URL(path, uiUrl).href
}
