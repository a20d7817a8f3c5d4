import { createQdrantServer } from '../../qdrant/server.ts';

const [dataDir = ''] = process.argv.slice(2);
const server = createQdrantServer({ dataDir, host: '127.0.0.1', port: 0 });
await server.start();
process.send?.(server.url());
process.once('SIGTERM', () => process.exit(0));
// Without whom it was started for it has nothing to do.
process.once('disconnect', () => process.exit(0));
