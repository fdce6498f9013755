// The programs of the article "First steps" (Sources/Reprise/Reprise.docc/FirstSteps.md).
import Glibc
import Reprise

do {
  let device = try Device()
  try learnPolicy(on: device)
  try learnClassifier(on: device)
  try learnXOR(on: device)
} catch {
  print("first-steps: \(error)")
  exit(1)
}
