//! Object files that no assembler writes: very many symbols, relocations or sections of one kind, byte by byte after
//! the gABI.

/// Name, type, flags, content, link, info, size of an entry; of `.bss` the content is only a length.
type SectionHeader = (u32, u32, u64, Vec<u8>, u32, u32, u64);

/// A symbol to be.
#[derive(Clone)]
pub struct Symbol {
    pub name: String,
    /// `STB_LOCAL` is 0, `STB_GLOBAL` 1.
    pub binding: u8,
    /// `STT_NOTYPE` is 0, `STT_OBJECT` 1, `STT_FUNC` 2, `STT_FILE` 4.
    pub kind: u8,
    /// Index of the section: see [`TEXT`] and its neighbours.
    pub section: u16,
    pub offset: u64,
    pub size: u64,
}

/// Number of `.text`.
pub const TEXT: u16 = 1;
/// Number of `.data`.
pub const DATA: u16 = 2;
/// Number of `.rodata`.
pub const RODATA: u16 = 3;
/// Number of `.bss`.
pub const BSS: u16 = 4;
/// `SHN_ABS`.
pub const ABSOLUTE: u16 = 0xfff1;

/// What is to be an object file for x86_64.
#[derive(Clone, Default)]
pub struct Crowd {
    pub text: Vec<u8>,
    pub data: Vec<u8>,
    pub rodata: Vec<u8>,
    pub bss: u64,
    pub symbols: Vec<Symbol>,
    /// Relocations of `.text`: offset, type, the symbol's place in `symbols`, addend.
    pub of_text: Vec<(u64, u32, usize, i64)>,
    /// Relocations of `.data`.
    pub of_data: Vec<(u64, u32, usize, i64)>,
}

impl Crowd {
    /// Adds a symbol and tells its place.
    pub fn symbol(
        &mut self,
        name: impl Into<String>,
        (binding, kind): (u8, u8),
        section: u16,
        range: std::ops::Range<u64>,
    ) -> usize {
        let (offset, size) = (range.start, range.end - range.start);
        self.symbols.push(Symbol { name: name.into(), binding, kind, section, offset, size });
        self.symbols.len() - 1
    }

    /// The object file.
    pub fn bytes(&self) -> Vec<u8> {
        let (mut symtab, mut strtab) = (vec![0; 24], vec![0]);
        let mut order: Vec<usize> = (0..self.symbols.len()).collect();
        // The gABI has local symbols first.
        order.sort_by_key(|&i| self.symbols[i].binding != 0);
        let mut numbers = vec![0u64; self.symbols.len()];
        for (number, &i) in order.iter().enumerate() {
            let symbol = &self.symbols[i];
            numbers[i] = number as u64 + 1;
            symtab.extend((strtab.len() as u32).to_le_bytes());
            symtab.extend([symbol.binding << 4 | symbol.kind, 0]);
            symtab.extend(symbol.section.to_le_bytes());
            symtab.extend(symbol.offset.to_le_bytes());
            symtab.extend(symbol.size.to_le_bytes());
            strtab.extend(symbol.name.as_bytes());
            strtab.push(0);
        }
        let locals = 1 + self.symbols.iter().filter(|s| s.binding == 0).count() as u32;
        let relocations = |list: &[(u64, u32, usize, i64)]| -> Vec<u8> {
            let entry = |&(offset, kind, symbol, addend): &(u64, u32, usize, i64)| {
                [offset, numbers[symbol] << 32 | u64::from(kind), addend as u64]
                    .map(u64::to_le_bytes)
                    .concat()
            };
            list.iter().flat_map(entry).collect()
        };
        let names = b"\0.text\0.data\0.rodata\0.bss\0.symtab\0.strtab\0.rela.text\0.rela.data\0";
        let name = |of: &str| {
            let of = format!("\0{of}\0");
            names.windows(of.len()).position(|w| w == of.as_bytes()).expect("the name is there") as u32 + 1
        };
        let sections: [SectionHeader; 8] = [
            (name(".text"), 1, 6, self.text.clone(), 0, 0, 0),
            (name(".data"), 1, 3, self.data.clone(), 0, 0, 0),
            (name(".rodata"), 1, 2, self.rodata.clone(), 0, 0, 0),
            (name(".bss"), 8, 3, Vec::new(), 0, 0, 0),
            (name(".symtab"), 2, 0, symtab, 6, locals, 24),
            (name(".strtab"), 3, 0, [&strtab[..], names].concat(), 0, 0, 0),
            (name(".rela.text"), 4, 0, relocations(&self.of_text), 5, 1, 24),
            (name(".rela.data"), 4, 0, relocations(&self.of_data), 5, 2, 24),
        ];
        let mut file = vec![0; 64];
        let mut headers = vec![0; 64];
        for (at, (name, kind, flags, content, link, info, entry)) in sections.iter().enumerate() {
            file.resize(file.len().next_multiple_of(16), 0);
            let size = if *kind == 8 { self.bss } else { content.len() as u64 };
            // Names of sections stand behind those of the symbols.
            headers.extend((name + strtab.len() as u32).to_le_bytes());
            headers.extend(kind.to_le_bytes());
            for field in [*flags, 0, file.len() as u64, size] {
                headers.extend(field.to_le_bytes());
            }
            headers.extend(link.to_le_bytes());
            headers.extend(info.to_le_bytes());
            headers.extend(if at < 4 { 16u64 } else { 8 }.to_le_bytes());
            headers.extend(entry.to_le_bytes());
            file.extend(content);
        }
        file.resize(file.len().next_multiple_of(16), 0);
        let mut header = b"\x7fELF\x02\x01\x01".to_vec();
        header.resize(16, 0);
        // ET_REL, EM_X86_64, EV_CURRENT; no entry and no segments.
        header.extend([1, 0, 62, 0, 1, 0, 0, 0]);
        header.extend([0; 16]);
        header.extend((file.len() as u64).to_le_bytes());
        header.extend([0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 64, 0, 9, 0, 6, 0]);
        file[..64].copy_from_slice(&header);
        file.extend(headers);
        file
    }
}
