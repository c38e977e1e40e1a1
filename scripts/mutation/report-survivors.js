// A plugin of Stryker: reports each mutant as soon as it survives, so that its test can be written while the run goes on.

class Survivors {
  onMutantTested({ status, fileName, location, replacement = "" }) {
    if (status !== "Survived" && status !== "NoCoverage") return;
    const file = fileName.slice(fileName.lastIndexOf("/src/") + 1);
    console.log(`survived: ${file}:${location.start.line}:${location.start.column} -> ${replacement.split("\n")[0]}`);
  }
}

export const strykerPlugins = [{ kind: "Reporter", name: "survivors", injectableClass: Survivors }];
