"""What a reader of an evidence package is told first."""

README = """受理編號 {case_no} 證據包

本證據包由測試用之憑證機構與時戳機構簽章，僅供展示與測試，不具正式法律效力。
This package is signed by a TEST authority. It is for demonstration and has no legal effect.

內容
  journal/rows.jsonl      稽核軌跡：逐筆加密、逐筆雜湊鏈結（前一筆的雜湊值寫入下一筆）
  journal/key.hex         開啟上列內容的金鑰。本證據包因此含個人資料，請依個資規定保管
  journal/events.jsonl    同一內容的可讀文字
  documents/              每份文件之每一版次（issued 為客戶所見版本）及封存檔（sealed）
  ink.json                每一筆簽名與文件、簽名欄、簽署人、連線、一次性驗證值的綁定及其摘要（不含筆跡本身）
  photos.json             證件照片的 SHA-256（不含照片本身）
  stills/                 視訊中展示證件之畫面（正面、反面；檔名為其 SHA-256，與稽核軌跡所記相同）。含客戶容貌與證件影像
  recordings/             錄影清單：每一片段的 SHA-256 與時間軸（不含影片本身）
  assessments/            送件、核保決定時之核保評估全文（檔名為其 SHA-256，與稽核軌跡所記相同）
  letters/                本公司寄發之通知（照會單、催辦、取消、審查結果、未承保通知函），經本公司簽章
  compositions.json       會議影片（雙方同框之 MP4）的 SHA-256 及其所據錄影清單（不含影片本身）
  keys/                   系統公開金鑰（Ed25519）與根憑證
  package.json            以上所有檔案的 SHA-256
  package.sig             對 package.json 之 SHA-256 的 Ed25519 簽章

離線驗證
  cvx verify 檔名.zip --key 系統公開金鑰 --root 根憑證.pem
  金鑰與根憑證須另由本公司取得，不得只採用本證據包 keys/ 所附者；未指定時 trusted 為 null。
  驗證項目：檔案雜湊、清單簽章、稽核軌跡的鏈結、事件與文件的一致、簽名綁定、照片與展示畫面、送件雜湊、PDF 簽章與時戳。
"""
