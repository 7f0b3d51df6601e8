;; Has a custom section that says it is sealed, with a budget of its own; sealing drops it and writes its own.
;; outcome: step: done

(@custom "avouch:seal" (after last) "\a5\00\01\01\40\02\1a\7f\ff\ff\ff\03\f6\04\f5")
