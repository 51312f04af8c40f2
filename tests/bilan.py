"""The 30 statements of the bilan 2020-2021, in its order, with typographic apostrophes and spaces folded."""

STATEMENTS = [
    "Offre un espace d’échange aux parties prenantes du milieu de l’économie sociale et aux "
    "organisations qui souhaitent s’approvisionner auprès de cette économie pour surmonter les défis "
    "qui tendent à restreindre les occasions d’affaires. Le partage permet aux organisations "
    "d’intégrer à leurs politiques, pratiques et processus d’acquisition des mesures pour augmenter "
    "la proportion de biens et services achetés auprès des entreprises d’économie sociale.",
    "L’ECPAR : réseau d’organisations multipartite et multisectoriel à but non lucratif qui partage "
    "depuis 2011 son expertise et savoir-faire en achat responsable en vue de prioriser des pratiques"
    " harmonisées sur les marchés, de favoriser la rentabilité des investissements et de renforcer la"
    " compréhension des enjeux tout au long du cycle de vie des produits et services. Force vive de "
    "l’achat responsable, l’ECPAR accompagne les organisations publiques et privées pour créer des "
    "leviers dans la réalisation de leur démarche de développement durable.",
    "Promouvoir et accompagner les membres du chantier dans l’implantation des recommandations du "
    "Guide opérationnel d’achat auprès des entreprises d’économie sociale",
    "Promouvoir l’offre diversifiée des entreprises d’économie sociale (EES)",
    "Création d’un inventaire de bénéfices, tant quantitatifs que qualitatifs, pour faciliter la "
    "communication entourant les avantages de faire affaire avec des EES",
    "Création d’une liste d’exemples de mesures à mettre en place pour intégrer l’économie sociale "
    "dans son processus d’approvisionnement selon les 5 grandes étapes du Guide opérationnel d’achat "
    "auprès des entreprises d’économie sociale de l’ECPAR",
    "Présentation d’un webinaire mettant de l’avant 5 organisations aux missions diversifiées et "
    "provenant de secteurs d’activités ainsi que de régions différentes.",
    "Accueillir et présenter les participants du chantier",
    "Présenter, en exclusivité, le Guide opérationnel d’achat auprès des EES de l’ECPAR",
    "Procéder à un tour de table sur les besoins des organisations pour peaufiner les objectifs du chantier",
    "Promouvoir et accompagner les membres du chantier dans l’implantation des recommandations du "
    "Guide opérationnel d’achat auprès des EES",
    "Promouvoir l’offre diversifiée des EES",
    "Comprendre le cadre de référence de l’économie sociale : présentation du Chantier de l’économie sociale",
    "Présenter les activités 2021 des différents réseaux afin de promouvoir les achats auprès de "
    "cette économie",
    "Le cadre de référence de l’économie sociale est vaste et comporte certaines zones grises, "
    "notamment celle entre les entreprises d’économie sociale et les organismes communautaires.",
    "Les différents enjeux rencontrés par les acheteurs et acheteuses qui souhaitent s’approvisionner"
    " auprès des EES sont identifiés et des solutions sont proposées.",
    "Plusieurs initiatives visent à faire connaître l’offre des EES et à faciliter leur repérage.",
    "Échanger sur les actions implantées par les organisations et celles à entreprendre selon la "
    "structure du guide",
    "Échanger sur les différents secteurs, missions et régions à mettre de l’avant lors de la "
    "présentation du webinaire sur l’ES par l’ECPAR, selon les besoins des membres",
    "La compilation des initiatives mises de l’avant par les organisations membres du chantier permet"
    " de s’inspirer de cas concrets.",
    "Des exemples de clauses et de libellés doivent être travaillés pour la mise en œuvre des actions"
    " qui ne sont pas encore implantées.",
    "Des indicateurs de mesure et de suivi doivent être élaborés pour favoriser la reddition de "
    "compte et assurer la performance.",
    "Les achats des organisations en produits et services provenant d’EES se concentrent dans "
    "certains secteurs d’activités. Le webinaire permet d’exposer d’autres alternatives.",
    "Partager des exemples de clauses et libellés à introduire dans les documents d’appels d’offres "
    "ou de contrats",
    "Partager des exemples d’indicateurs de performance et de suivi",
    "Les statistiques qui servent à l’élaboration d’indicateurs de performance et de suivi peuvent "
    "également servir d’outils de communication pour promouvoir l’ES.",
    "Mettre en commun les bénéfices d’acheter auprès des EES",
    "Partager la liste d’exemples de mesures à mettre en place pour intégrer l’économie sociale dans "
    "son processus d’approvisionnement",
    "Les organisations du chantier ont progressé dans la mise en œuvre de l’ES au sein de leur "
    "organisation, notamment via leurs engagements, leurs processus d’approvisionnement et la "
    "reddition de compte.",
    "L’inventaire des bénéfices (qualitatifs et quantitatifs) de l’ES facilitera la façon de "
    "communiquer les avantages de faire affaire avec ces entreprises et favorisera l’accroissement "
    "des achats réalisés auprès de cette économie.",
]
