/**
 * Preloaded with --require: a machine on which the native parts that match WITHOUT_NATIVE are missing, or the package
 * WITHOUT_PACKAGE; with WITHOUT_HOME, a user without an account; with MACHINE, one of that platform ("darwin x64") or
 * with another C library ("musl").
 */
const Module = require("node:module");
const os = require("node:os");

const { WITHOUT_NATIVE, WITHOUT_PACKAGE, WITHOUT_HOME, MACHINE } = process.env;

if (WITHOUT_NATIVE) {
  const missing = new RegExp(WITHOUT_NATIVE);
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (!missing.test(request)) return load.call(this, request, ...rest);
    throw Object.assign(new Error(`Cannot find module '${request}'`), { code: "MODULE_NOT_FOUND" });
  };
}

if (WITHOUT_PACKAGE) {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    if (!request.startsWith(`${WITHOUT_PACKAGE}/`)) return resolve.call(this, request, ...rest);
    throw Object.assign(new Error(`Cannot find module '${request}'`), { code: "MODULE_NOT_FOUND" });
  };
}

if (MACHINE === "musl") {
  const getReport = process.report.getReport.bind(process.report);
  process.report.getReport = () => {
    const report = getReport();
    delete report.header.glibcVersionRuntime;
    return report;
  };
} else if (MACHINE) {
  const [platform, arch] = MACHINE.split(" ");
  Object.defineProperty(process, "platform", { value: platform });
  Object.defineProperty(process, "arch", { value: arch });
}

if (WITHOUT_HOME) {
  const fails = (call) => () => {
    throw Object.assign(new Error(`A system error occurred: ${call} returned ENOENT`), { code: "ERR_SYSTEM_ERROR" });
  };
  delete process.env.HOME;
  // As Node does: the variable first, then the account.
  const homeless = fails("uv_os_homedir");
  os.homedir = () => process.env.HOME || homeless();
  os.userInfo = fails("uv_os_get_passwd");
  Module.syncBuiltinESMExports();
}
