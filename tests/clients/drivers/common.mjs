// What the drivers of all Node clients share: see common.py.
import { readFileSync } from "node:fs";

const PATIENCE = 1000 * Number(process.env.STREAMKIT_CLIENTS_PATIENCE ?? 10);

// What most clients are made with: no retries, or those that they make by default.
export const RETRIES = process.env.STREAMKIT_CLIENTS_RETRIES === "default" ? {} : { maxRetries: 0 };

// The options with the base URL and the key of a client; none if it has to find them in its environment.
export const at = (options) => (process.argv[2] === "env" ? {} : options);

export function answer({ text = "", reasoning = "", calls = [], finish = null, usage = null, role = null }) {
  const counted = usage && usage.some((count) => count != null) ? usage.map((count) => count ?? null) : null;
  return { answer: { text, reasoning, calls, finish: finish ?? null, usage: counted, role: role ?? null } };
}

// Errors of the AI SDK are of classes with short names that a build made; their own name tells more.
const name = (error) => (error?.name && error.name !== "Error" ? error.name : error?.constructor?.name) ?? typeof error;

// The first call imports most of a client's modules.
const FIRST = 30_000;

const hang = (patience) => {
  let timer;
  const promise = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ hangs: true }), patience);
  });
  return [promise, () => clearTimeout(timer)];
};

// `plain` are the same calls without streaming.
export async function drive(calls, plain) {
  const [base, path] = process.argv.slice(2);
  // What a client raises where nobody awaits it would end the process; it is the outcome of the job that runs.
  let reject = () => {};
  process.on("unhandledRejection", (error) => reject(error));
  process.on("uncaughtException", (error) => reject(error));
  console.log = console.info = console.warn = console.error;
  for (const [number, job] of JSON.parse(readFileSync(path, "utf8")).entries()) {
    const [late, stop] = hang(number ? PATIENCE : Math.max(PATIENCE, FIRST));
    const thrown = new Promise((_, no) => (reject = no));
    let outcome;
    try {
      outcome = await Promise.race([(job.plain ? plain : calls)[job.call](base, job.api, job.model, job.tools ?? []), late, thrown]);
    } catch (error) {
      const [, innermost = ""] = String(error?.stack ?? "").split(/\n\s+at /);
      outcome = { error: [name(error), String(error?.message ?? error)], here: innermost.includes("/drive_") };
    }
    stop();
    process.stdout.write(`${JSON.stringify({ id: job.id, call: job.call, ...outcome })}\n`);
  }
  process.exit(0);
}
