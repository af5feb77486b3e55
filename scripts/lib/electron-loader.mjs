// The loader that goes into a development Electron as `default_app.asar`: it understands
// `electron [flags] [-r MODULE] APP [arguments]`, as Electron's own does, and nothing else.

/** Runs inside Electron's main process (CommonJS, Node 18). */
const loader = `'use strict';
// Starts the app that is named on the command line. Ours; written for development and CI.
const { app } = require('electron');
const fs = require('node:fs');
const path = require('node:path');
const Module = require('node:module');

/** First argument that is not a flag, and the modules of -r/--require before it. */
function readArguments(given) {
  const modules = [];
  for (let i = 0; i < given.length; i += 1) {
    const arg = given[i];
    if (arg === '-v' || arg === '--version') return { version: true, modules };
    if (arg === '-r' || arg === '--require') {
      i += 1;
      if (i < given.length) modules.push(given[i]);
    } else if (!arg.startsWith('-')) return { target: arg, modules };
  }
  return { modules };
}

function refuse(text) {
  process.stderr.write(text + '\\n');
  app.exit(1);
}

function start(target) {
  const folder = path.resolve(target);
  let main = folder;
  const manifest = path.join(folder, 'package.json');
  if (fs.existsSync(manifest)) {
    const about = JSON.parse(fs.readFileSync(manifest, 'utf8'));
    const name = about.productName || about.name;
    if (name) app.setName(name);
    if (about.version) app.setVersion(about.version);
    if (about.desktopName && process.platform === 'linux') app.setDesktopName(about.desktopName);
    main = path.join(folder, about.main || 'index.js');
    app.setAppPath(folder);
  } else if (fs.existsSync(folder)) app.setAppPath(path.dirname(folder));
  let file;
  try {
    file = Module._resolveFilename(main, null, true);
  } catch (error) {
    return refuse('electron: there is no app at ' + folder + ' (' + error.code + ')');
  }
  Module._load(file, null, true);
}

Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true, configurable: false });
const wanted = readArguments(process.argv.slice(1));
if (wanted.version) {
  process.stdout.write('v' + process.versions.electron + '\\n');
  app.exit(0);
} else {
  if (wanted.modules.length > 0) Module._preloadModules(wanted.modules);
  if (wanted.target === undefined) refuse('usage: electron [flags] [-r MODULE] APP [arguments]');
  else start(wanted.target);
}
`;

/** The files of the loader archive. */
export const loaderFiles = {
  'package.json': JSON.stringify({ name: 'electron', productName: 'Electron', main: 'main.js' }),
  'main.js': loader,
};
