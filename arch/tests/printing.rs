//! What instructions are printed as, against `objdump`: the lists of `registers/gather`.

use fixscope_arch::{Arch, Code, Mode, ModeChange, arm};

/// Texts of ours and those of `objdump` that mean the same.
fn is_other_spelling(ours: &str, theirs: &str) -> bool {
    // What the hint's number is, the name says.
    ours == "nop" && theirs == "nop {0}"
}

/// The instruction as it is printed behind an `it` of each condition.
fn in_blocks(bytes: &[u8]) -> Vec<String> {
    let print = |condition: u16| {
        let it = 0xbf08 | condition << 4;
        let bytes = [&it.to_le_bytes()[..], bytes].concat();
        let modes = [ModeChange { offset: 0, mode: Mode::Thumb }];
        let code = Code { bytes: &bytes, address: 0, sites: &[], modes: &modes };
        let mut insns = Vec::new();
        arm::Arm.decode(&code, &mut insns);
        arm::Arm.format(&code, &insns[1], &|_| None)
    };
    (0..14).map(print).collect()
}

/// Prints all instructions of a list; at least so many must have a text, and vector instructions need not.
fn compare(list: &str, mode: Mode, least: usize) {
    let modes = [ModeChange { offset: 0, mode }];
    let (mut printed, mut wrong) = (0, Vec::new());
    for line in list.lines() {
        let (hex, theirs) = line.split_once('\t').expect("bytes and text");
        let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
        let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(digit).collect();
        let code = Code { bytes: &bytes, address: 0, sites: &[], modes: &modes };
        let mut insns = Vec::new();
        arm::Arm.decode(&code, &mut insns);
        let insn = insns[0];
        let ours = arm::Arm.format(&code, &insn, &|_| None);
        if ours.starts_with(".inst") {
            if !theirs.starts_with('v') {
                wrong.push(format!("{hex} {theirs}: not printed"));
            }
            continue;
        }
        printed += 1;
        // Where it leads is counted from another place there.
        let mnemonic = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
        let is_same = |ours: &str| match insn.target {
            Some(_) => mnemonic(ours) == mnemonic(theirs),
            None => ours == theirs,
        };
        let same =
            is_same(&ours) || mode == Mode::Thumb && in_blocks(&bytes).iter().any(|text| is_same(text));
        if !same && !is_other_spelling(&ours, theirs) {
            wrong.push(format!("{hex} {theirs}: {ours}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(printed >= least, "{printed} are fewer than {least}");
}

#[test]
fn a32_is_printed_as_objdump_does() {
    compare(include_str!("registers/a32.txt"), Mode::Code, 1350);
}

#[test]
fn t32_is_printed_as_objdump_does() {
    compare(include_str!("registers/t32.txt"), Mode::Thumb, 1300);
}
