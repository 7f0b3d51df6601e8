;; Has a LEB128 number of six bytes.
;; outcome: refused by seal: malformed

(module binary "\00asm\01\00\00\00" "\01\80\80\80\80\80\00")
