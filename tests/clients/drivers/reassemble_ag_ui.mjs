// What an agent of @ag-ui/client has after each event stream named on the command line: a line of JSON each.
import { readFileSync } from "node:fs";
import { HttpAgent } from "@ag-ui/client";

console.warn = () => {};
for (const path of process.argv.slice(2)) {
  const fetch = async () => new Response(readFileSync(path), { headers: { "content-type": "text/event-stream" } });
  const agent = new HttpAgent({ url: "http://127.0.0.1/agent", threadId: "t", fetch });
  let error = null;
  try {
    await agent.runAgent({ runId: "r" }, { onRunErrorEvent: ({ event }) => { error = ["RUN_ERROR", event.message]; } });
  } catch (thrown) {
    const [issue] = thrown.issues ?? [];
    error = [thrown.name, issue ? `${issue.path.join(".")}: ${issue.message}` : thrown.message];
  }
  console.log(JSON.stringify({ error, object: { messages: agent.messages, state: agent.state } }));
}
