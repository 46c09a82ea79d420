namespace ScimLite.EntraSync;

/// <summary>The word lists that the fictitious company is made of. Names stand beside the Latin letters that their owner's address has.</summary>
internal static class People
{
    /// <summary>Names of one language, its tag, and a place where it is spoken.</summary>
    internal sealed record Origin(string Language, string Country, string City, string Region, (string Name, string Latin)[] Given, (string Name, string Latin)[] Family);

    public static readonly Origin[] Origins =
    [
        new("en-GB", "GB", "London", "Greater London", [("Ada", "ada"), ("Grace", "grace"), ("Alan", "alan"), ("Maeve", "maeve")], [("Lovelace", "lovelace"), ("Hopper", "hopper"), ("O'Brien", "o'brien"), ("Smith-Jones", "smith-jones")]),
        new("de-DE", "DE", "Köln", "Nordrhein-Westfalen", [("Jürgen", "juergen"), ("Zoë", "zoe"), ("Käthe", "kaethe")], [("Müller", "mueller"), ("Groß", "gross"), ("von der Höhe", "vonderhoehe")]),
        new("fr-FR", "FR", "Besançon", "Bourgogne-Franche-Comté", [("François", "francois"), ("Éloïse", "eloise"), ("Anaïs", "anais")], [("Lefèvre", "lefevre"), ("D’Arcy", "darcy"), ("Garçon", "garcon")]),
        new("pl-PL", "PL", "Łódź", "łódzkie", [("Łukasz", "lukasz"), ("Żaneta", "zaneta")], [("Wiśniewski", "wisniewski"), ("Świętek", "swietek")]),
        new("tr-TR", "TR", "İzmir", "İzmir", [("İpek", "ipek"), ("Çağrı", "cagri")], [("Yıldız", "yildiz"), ("Öztürk", "ozturk")]),
        new("vi-VN", "VN", "Đà Nẵng", "Đà Nẵng", [("Hương", "huong"), ("Đức", "duc")], [("Nguyễn", "nguyen"), ("Trần", "tran")]),
        new("el-GR", "GR", "Θεσσαλονίκη", "Μακεδονία", [("Ελένη", "eleni"), ("Γιώργος", "giorgos")], [("Παπαδόπουλος", "papadopoulos"), ("Ιωάννου", "ioannou")]),
        new("uk-UA", "UA", "Київ", "Київ", [("Олена", "olena"), ("Тарас", "taras")], [("Шевченко", "shevchenko"), ("Ґудзь", "gudz")]),
        new("ar-EG", "EG", "القاهرة", "القاهرة", [("فاطمة", "fatima"), ("يوسف", "youssef")], [("المصري", "elmasry"), ("عبد الرحمن", "abdelrahman")]),
        new("he-IL", "IL", "חיפה", "חיפה", [("נועה", "noa"), ("איתי", "itai")], [("לוי", "levi"), ("בן־דוד", "bendavid")]),
        new("hi-IN", "IN", "मुंबई", "महाराष्ट्र", [("प्रिया", "priya"), ("अर्जुन", "arjun")], [("शर्मा", "sharma"), ("पटेल", "patel")]),
        new("th-TH", "TH", "กรุงเทพมหานคร", "กรุงเทพมหานคร", [("สมชาย", "somchai"), ("มาลี", "malee")], [("ศรีสุข", "srisuk"), ("ทองดี", "thongdee")]),
        new("ja-JP", "JP", "横浜市", "神奈川県", [("さくら", "sakura"), ("健太", "kenta")], [("渡邉", "watanabe"), ("髙橋", "takahashi")]),
        new("ko-KR", "KR", "부산광역시", "부산광역시", [("지우", "jiwoo"), ("민준", "minjun")], [("김", "kim"), ("박", "park")]),
        new("zh-CN", "CN", "成都市", "四川省", [("伟", "wei"), ("秀英", "xiuying")], [("欧阳", "ouyang"), ("𠮷田", "jitian")]),
        new("ka-GE", "GE", "თბილისი", "თბილისი", [("ნინო", "nino"), ("გიორგი", "giorgi")], [("ბერიძე", "beridze"), ("კაპანაძე", "kapanadze")]),
    ];

    public static readonly string[] Departments = ["Sales", "R&D", "Finance & Controlling", "Legal", "Logistics", "Marketing / PR", "People’s Office", "IT", "Купівля", "品質保証", "Qualität", "Desarrollo"];

    public static readonly string[] Titles = ["Engineer", "Senior Engineer", "Account Manager", "Team Lead", "Analyst", "Director, \"Special\" Projects", "Ingénieure", "課長", "Sachbearbeiter:in", "Trainee"];

    public static readonly string[] Streets = ["High Street", "Hauptstraße", "Rue de l’Église", "Calle Mayor", "ulica Długa", "本町"];

    public static readonly string[] Roles = ["User", "Admin", "Auditor"];

    public static readonly string[] Teams = ["Team", "Project", "Office", "Guild", "Vertrieb", "Équipe", "チーム", "Отдел"];
}
