// @ag-ui/client: the agent of an application, with its checks of shape and order.
import { HttpAgent } from "@ag-ui/client";
import { answer, drive } from "./common.mjs";

class Agent extends HttpAgent {
  constructor(base, model) {
    super({ url: `${base}/agent`, threadId: "thread-1" });
    this.model = model;
  }
  requestInit(input) {
    const usual = super.requestInit(input);
    return { ...usual, body: JSON.stringify({ ...JSON.parse(usual.body), model: this.model, stream: true }) };
  }
}

async function run(base, _, model) {
  const agent = new Agent(base, model);
  let finish = null, usage = null, failed = null;
  try {
    await agent.runAgent({ runId: "run-1" }, {
      onRunFinishedEvent: ({ event }) => { [finish, usage] = [event.outcome?.type ?? null, event.usage?.[0] ?? null]; },
      onRunErrorEvent: ({ event }) => { failed = event; },
    });
  } catch (error) {
    // The message of a ZodError is a list of issues in JSON, of which the first one tells enough.
    const [issue] = error.issues ?? [];
    throw issue ? Object.assign(error, { message: `${issue.path.join(".")}: ${issue.message}` }) : error;
  }
  // A subscriber hears of it; nothing is raised.
  if (failed) throw Object.assign(new Error(failed.message), { name: "RUN_ERROR", stack: "" });
  const of = (role) => agent.messages.filter((message) => message.role === role);
  return answer({
    text: of("assistant").map((message) => message.content ?? "").join(""),
    reasoning: of("reasoning").map((message) => message.content ?? "").join(""),
    calls: of("assistant").flatMap((message) => message.toolCalls ?? []).map((call) => [call.id, call.function.name, call.function.arguments]),
    finish, usage: usage && [usage.inputTokens, usage.outputTokens], role: "assistant",
  });
}

await drive({ "HttpAgent.runAgent()": run });
