"""Names that tell a person from a place: the positive evidence `identifiers.py` asks for.

Common surnames and given names of the people a detainer is about, and of the United States, from
general knowledge of frequent names; a short list on purpose. Left out are names that facilities
and counties carry as often as people do (Marion, Florence, Hall, Lake, Young), so that no agency
or offense is taken for a person. What that costs stands in `docs/extract.md`.
"""

SURNAMES = frozenset(
    """
    abdi abdullahi acosta adams aguilar aguirre ahmed alexander ali alvarado alvarez anderson
    andrade arias avila ayala baker barrera barrios bautista benitez bonilla brown cabrera calderon
    camacho campos cardenas carrillo carter castillo castro cervantes chavez chen clark collins
    contreras cordova coronado cortez cruz davis deleon delgado diaz doe dominguez dubois duran
    edwards escobar espinoza estrada evans fernandez ferreira figueroa flores fuentes galindo
    gallegos garcia garza gomez gonzales gonzalez green guerra guerrero gutierrez guzman haddad
    hassan hernandez herrera ibarra ibrahim jackson jimenez johnson jones juarez khan kim lara lee
    leon li lopez lozano lucas lucero luna machado maldonado marquez marroquin martinez medina
    mejia melendez mendes mendez mendoza mercado meza miller miranda mitchell mohamed molina montes
    moore mora morales moreno munoz murillo murphy navarro nelson nguyen novak nunez ochoa ojeda
    okafor okonkwo oliveira olson ordonez orozco ortega ortiz osorio pacheco padilla palacios
    parker patel pena peralta pereira perez peterson petrov pham phillips pineda ponce portillo
    quintero ramirez ramos rangel reyes rios rivas rivera roberts robinson robles rocha rodriguez
    rogers rojas roman romero rosales rosario ruiz salas salazar salinas sanchez sandoval santiago
    santos serrano silva singh smith solis sosa soto sousa souza stewart suarez tapia taylor thao
    thomas thompson torres tran trujillo turner valdez valencia valenzuela vang vargas vasquez
    vazquez vega velasquez velazquez vera villanueva villarreal walker wang watson williams wilson
    wong wright xiong yang yusuf zamora zapata zavala zhang zuniga
    """.split()
)

GIVEN_NAMES = frozenset(
    """
    aaron abdi abdul adam adrian agustin ahmed alan alberto alejandra alejandro alex alexander
    alfonso alfredo alicia amanda amir amy ana andrea andres andrew angel angela anna anthony
    antonia antonio armando arthur arturo ashley barbara benito benjamin bernardo betty billy
    brandon brenda brian bruno bryan carlos carmen carol catalina catherine cecilia cesar christian
    christopher claudia cristian cristina cynthia daniel daniela david deborah dennis diana diego
    dmitri donald donna dorothy edgar edith eduardo edward edwin elena elias elizabeth emilio emily
    emmanuel enrique eric erick ernesto esteban ethan eva fatima felipe fernando francisco frank
    gabriel gabriela gary george gerardo gilberto gloria gonzalo gregory guadalupe guillermo
    gustavo hassan hector helen henry hugo ibrahim ignacio isabel israel ivan jack jacob jaime
    james jane janet janice jason javier jean jeffrey jennifer jeremy jerry jesse jessica jesus
    joan joaquin joel john jonathan jorge jose joseph joshua juan juana judith julia julian julio
    justin karen karina karla kathleen kenneth kevin kimberly larry laura leonardo leticia linda
    lisa lorena lorenzo lucia luis luisa manuel marco marcos margaret margarita maria mariana
    mariano maricela mario mark marta mary matthew mauricio mayra megan mehmet melissa michael
    michelle miguel mohamed mohammed monica muhammad nancy natalia nathan nelson nicholas nicolas
    noe norma oleg olga omar orlando oscar osvaldo pablo pamela patricia patrick paul pedro peter
    rachel rafael ramiro ramon raul raymond rebeca rebecca ricardo richard robert roberto rocio
    rodolfo rodrigo rogelio ronald rosa ruben ruth ryan salvador samantha samuel sandra santiago
    sara sarah saul sean sebastian sergei sergio sharon shirley silvia sofia sonia stephanie
    stephen susan susana teresa timothy tomas tyler veronica vicente victor vladimir william xavier
    ximena yolanda yusuf zachary
    """.split()
)
