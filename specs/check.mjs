// Check RollingDeployment.tla with tla-checker, and write its state graph.
//
//   node check.mjs FOLDER-OF-NODE-MODULES SPEC.tla SPEC.cfg [GRAPH.dot]
//
// Prints one JSON object: success, states, the processor seconds of the search, and what is
// wrong, if anything.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, spec, cfg, graph] = process.argv.slice(2);
const home = join(resolve(modules), "tla-checker");
const checker = await import(pathToFileURL(join(home, "tla_checker.js")).href);
checker.initSync({ module: readFileSync(join(home, "tla_checker_bg.wasm")) });

const began = process.cpuUsage();
const answer = JSON.parse(
  checker.check_spec_with_options(
    readFileSync(spec, "utf8"),
    JSON.stringify({
      cfg_source: readFileSync(cfg, "utf8"),
      max_states: 10_000_000,
      max_depth: 1_000_000,
      allow_deadlock: false,
      export_dot: graph !== undefined,
      dot_mode: "full",
    }),
  ),
);
const { user, system } = process.cpuUsage(began);
const seconds = (user + system) / 1e6;
if (answer.dot && graph) writeFileSync(graph, answer.dot);
const { success, states_explored: states, error_type, error_message, trace, warnings } = answer;
console.log(JSON.stringify({ success, states, seconds, error_type, error_message, trace, warnings }));
process.exitCode = success ? 0 : 1;
