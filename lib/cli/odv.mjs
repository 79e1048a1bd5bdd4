#!/usr/bin/env node
console.log('odv', process.version, process.argv.slice(2))
