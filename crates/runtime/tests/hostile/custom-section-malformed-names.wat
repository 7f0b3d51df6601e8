;; Has a name section that is no name section.
;; outcome: step: done

(@custom "name" (after last) "\01\ff\ff\ff\ff\0f\00")
