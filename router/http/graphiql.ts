import { readFile } from 'node:fs/promises';

/** Until somebody pastes a token, requests go without one: the schema can be looked at. */
const PLACEHOLDER = 'Bearer <paste a token here>';

/**
 * GraphiQL as one page that asks no other host for anything. Queries go over HTTP, subscriptions over WebSocket with the
 * headers tab's authorization; each example is a tab.
 *
 * @param options.token filled in as the authorization, for demos; else a placeholder.
 */
export async function renderGraphiql(options: {
  readonly examples: readonly string[];
  readonly token: string | undefined;
}): Promise<string> {
  // Nine megabytes: only for those who look at it.
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql');
  const subscriptions = await readFile(new URL('../umd/graphql-ws.min.js', import.meta.resolve('graphql-ws')), 'utf8');
  const headers = JSON.stringify({ authorization: options.token ? `Bearer ${options.token}` : PLACEHOLDER }, null, 2);
  const tabs = options.examples.map((query) => ({ query, headers }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Switchboard</title>
<link rel="icon" href="${graphiql.favicon}">
<style>${graphiql.css}</style>
<style>html, body, #root { height: 100%; margin: 0; overflow: hidden; }</style>
</head>
<body class="no-focus-outline">
<noscript>GraphiQL needs JavaScript.</noscript>
<div id="root"></div>
<script>${inScript(subscriptions)}</script>
<script>
const worker = (source) => URL.createObjectURL(new Blob([source], { type: 'application/javascript' }));
const workers = ${inScript(
    JSON.stringify({
      editorWorkerService: graphiql.editorWorkerService,
      json: graphiql.jsonWorker,
      graphql: graphiql.graphqlWorker,
    }),
  )};
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => worker(workers[label]) };
</script>
<script>${inScript(graphiql.js)}</script>
<script>
const given = (headers = {}) =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ${JSON.stringify(PLACEHOLDER)}));
const authorizationOf = (headers) =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];

function subscribe(operation, headers) {
  const client = graphqlWs.createClient({
    url: location.origin.replace(/^http/, 'ws') + location.pathname,
    connectionParams: { authorization: authorizationOf(headers) },
    retryAttempts: 0,
  });
  return {
    subscribe(observer) {
      const end = client.subscribe(operation, {
        next: observer.next,
        complete: observer.complete,
        error: (failure) => observer.error(failure.reason ? new Error(failure.code + ': ' + failure.reason) : failure),
      });
      return { unsubscribe() { end(); client.dispose(); } };
    },
  };
}

async function request(operation, headers) {
  const response = await fetch(location.pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(operation),
  });
  return response.json();
}

function isSubscription({ operationName }, document) {
  const operations = (document?.definitions ?? []).filter(({ kind }) => kind === 'OperationDefinition');
  const meant = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return meant?.operation === 'subscription';
}

YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
  title: 'Switchboard',
  defaultHeaders: ${inScript(JSON.stringify(headers))},
  defaultTabs: ${inScript(JSON.stringify(tabs))},
  fetcher: (operation, options) =>
    isSubscription(operation, options?.documentAST)
      ? subscribe(operation, given(options?.headers))
      : request(operation, given(options?.headers)),
});
</script>
</body>
</html>`;
}

/** The browser ends a script at the first closing tag, also within a string. */
function inScript(text: string): string {
  return text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}

/** What the page needs and nothing else: no other host. */
export const GRAPHIQL_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
].join('; ');
